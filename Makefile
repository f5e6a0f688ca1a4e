# Everything is set up by what needs it: `make demo` and `make test` work on a fresh machine.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
STAMP  := $(VENV)/.ready
LAB    := $(PY) -m tests.lab
N      ?= 12
NAMES  ?=
REPEAT ?= 1
PYTHONS ?=
# Where each run of the tests leaves how many of which kind it was.
TALLY  := $(VENV)/tests.tally
PYTEST := env GRADER_TESTS_TALLY=$(TALLY) $(PY) -m pytest --durations=10

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
ifndef TOGETHER
.NOTPARALLEL:
endif
.PHONY: help env demo test test-plain test-slice test-live test-engine test-machines test-long test-lowest lint engine images bench matrix faults rehearse record messages classroom clean

help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

demo: env ## the main job on a real engine: a right answer and four wrong ones, graded
	@$(PY) -m tests.lab.demo

test: env ## lint, types, every test that needs no engine, and a slice of the live ones
	@rm -f $(TALLY); began=$$(date +%s); \
	$(MAKE) --no-print-directory lint && \
	$(MAKE) --no-print-directory --jobs=2 TOGETHER=yes test-plain test-slice; \
	code=$$?; cat $(TALLY) 2>/dev/null; echo "make test: $$(($$(date +%s) - began)) s"; exit $$code

# Beside each other, since the tests on an engine wait most of their time. What the others say is shown when they end.
test-plain: env
	@nice $(PYTEST) -m "not live and not long" -n auto --dist worksteal >$(VENV)/test-plain.log 2>&1; \
	    code=$$?; echo; cat $(VENV)/test-plain.log; exit $$code

test-slice: env
	@$(LAB) with-engine -- $(PYTEST) -m smoke -n 1

test-live: env ## all tests on real engines
	@rm -f $(TALLY); began=$$(date +%s); \
	$(LAB) with-engine -- $(MAKE) --no-print-directory --jobs=2 TOGETHER=yes test-engine test-machines; \
	code=$$?; cat $(TALLY) 2>/dev/null; echo "make test-live: $$(($$(date +%s) - began)) s"; exit $$code

# There is one engine, and each of its tests empties it. A machine behind SSH is started for each process of pytest: what
# is tested there waits most of its time, for silent servers above all, so that three at a time do no harm.
test-engine: env
	@$(PYTEST) -m "live and not long and not machine" -n 1

test-machines: env
	@$(PYTEST) -m "live and not long and machine" -n 3 --dist worksteal >$(VENV)/test-machines.log 2>&1; \
	    code=$$?; echo; cat $(VENV)/test-machines.log; exit $$code

test-long: env ## the tests that take minutes: repositories, faults, every exercise rehearsed and done right in other ways
	@$(LAB) with-engine -- $(PYTEST) -m long -n 1

test-lowest: env ## the tests that need no engine with the lowest versions allowed, on the oldest and the newest Python here
	@$(PY) -m tests.lab.lowest $(PYTHONS)

lint: env ## ruff, mypy --strict and import-linter
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

engine: env ## find or start a Docker engine, and print what to export to use it by hand
	@$(LAB) engine

images: env ## give the engine its images, NAMES="nginx redis" for others than the usual
	@$(LAB) images $(NAMES)

rehearse: env ## prove every suite by all its solutions, shared among six machines, REPEAT=5 times
	@$(PY) -m tests.lab.rehearse --repeat $(REPEAT)

record: env ## record every solution anew on six machines for the tests without an engine, NAMES="tp2 tp3/wrong/no-port" for some
	@$(PY) -m tests.lab.record $(NAMES)

messages: env ## rewrite what every diagnosis says, as the recordings of the solutions show it: read the difference
	@$(PY) -m pytest -q tests/exercises/test_messages.py --rewrite-messages

bench: env ## measure, and write bench.json and docs/figures.md
	@$(LAB) with-engine -- $(PY) -m benchmarks

matrix: env ## the same verdicts on three engines, each reached in three ways
	@$(PY) -m tests.lab.matrix

faults: env ## every way a machine can fail, and what the grader makes of it
	@$(PY) -m tests.lab.faults

classroom: env ## N=12 machines with their own engine and sshd, to try things by hand
	@$(LAB) classroom $(N)

clean: ## stop and remove all that the lab made
	@if test -x $(PY); then $(LAB) clean; fi

env: $(STAMP) ## the Python environment, with the package in it

$(STAMP): pyproject.toml
	@echo "making the Python environment in $(VENV)…"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11")'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(MAKE) --no-print-directory venv-otherwise
	@$(PY) -m pip install --quiet --upgrade 'pip>=25.1'
	@$(PY) -m pip install --quiet --editable . --group dev
	@touch $@

# Debian's Python has no `venv` without a package of its own: as root it is installed, else pip brings virtualenv.
.PHONY: venv-otherwise
venv-otherwise:
	@rm -rf $(VENV)
	@if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
	    echo "installing python3-venv (Debian package)…"; \
	    apt-get install -qq -y --no-install-recommends python3-venv >/dev/null || { apt-get update -qq && \
	    apt-get install -qq -y --no-install-recommends python3-venv >/dev/null; }; \
	    $(PYTHON) -m venv $(VENV); \
	fi
	@if ! test -x $(PY); then \
	    $(PYTHON) -m pip install --quiet --target .lab/virtualenv virtualenv && \
	    PYTHONPATH=.lab/virtualenv $(PYTHON) -m virtualenv --quiet $(VENV); \
	fi
