# Every target sets up what it needs: `make demo` and `make test` work on a fresh machine.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
STAMP  := $(VENV)/.ready
LAB    := $(PY) -m tests.lab
N      ?= 12
NAMES  ?=
REPEAT ?= 1
PYTHONS ?=
# Each test run adds its number of tests of each kind to this file.
TALLY  := $(VENV)/tests.tally
# Without bytecode, each program that the tests start would compile the whole grader again.
unexport PYTHONDONTWRITEBYTECODE
PYTEST := env GRADER_TESTS_TALLY=$(TALLY) $(PY) -m pytest tests --durations=10

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
ifndef TOGETHER
.NOTPARALLEL:
endif
.PHONY: help env demo test test-plain test-slice test-live test-engine test-machines test-long test-lowest lint engine images bench bench-fairness bench-hints bench-image matrix faults rehearse record messages classroom clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

demo: env ## grade a correct answer and four wrong ones on a real engine
	@$(PY) -m tests.lab.demo

test: env ## lint, types, every test that needs no engine, and a selection of live tests
	@rm -f $(TALLY); began=$$(date +%s); \
	$(MAKE) --no-print-directory lint && \
	$(MAKE) --no-print-directory --jobs=2 TOGETHER=yes test-plain test-slice; \
	code=$$?; cat $(TALLY) 2>/dev/null; echo "make test: $$(($$(date +%s) - began)) s"; exit $$code

# Both run at the same time, because tests on an engine mostly wait. The output of `test-plain` is shown at its end.
test-plain: env
	@nice $(PYTEST) -m "not live and not long" -n auto --dist worksteal >$(VENV)/test-plain.log 2>&1; \
	    code=$$?; echo; cat $(VENV)/test-plain.log; exit $$code

test-slice: env
	@$(LAB) with-engine -- $(PYTEST) -m smoke -n 1

test-live: env ## every test on real engines
	@rm -f $(TALLY); began=$$(date +%s); \
	$(LAB) with-engine -- $(MAKE) --no-print-directory --jobs=2 TOGETHER=yes test-engine test-machines; \
	code=$$?; cat $(TALLY) 2>/dev/null; echo "make test-live: $$(($$(date +%s) - began)) s"; exit $$code

# There is one engine, and each of its tests empties it. Each pytest process starts its own machine behind SSH; the tests
# on it mostly wait, especially for silent servers, so three can run at a time.
test-engine: env
	@$(PYTEST) -m "live and not long and not machine" -n 1

test-machines: env
	@$(PYTEST) -m "live and not long and machine" -n 3 --dist worksteal >$(VENV)/test-machines.log 2>&1; \
	    code=$$?; echo; cat $(VENV)/test-machines.log; exit $$code

test-long: env ## tests that take minutes each: repositories, faults, rehearsals
	@$(LAB) with-engine -- $(PYTEST) -m long -n 1

test-lowest: env ## tests without an engine, with the lowest allowed versions of the dependencies
	@$(PY) -m tests.lab.lowest_versions $(PYTHONS)

lint: env ## ruff, mypy --strict and import-linter
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

engine: env ## find or start a Docker engine, and print what to export to use it
	@$(LAB) engine

images: env ## put images on the engine; NAMES="nginx redis" chooses which
	@$(LAB) images $(NAMES)

rehearse: env ## rehearse every exercise on six machines; REPEAT=5 does it five times
	@$(PY) -m tests.lab.rehearse --repeat $(REPEAT)

record: env ## record every solution on six machines; NAMES="tp2 tp3/wrong/no-port" chooses
	@$(PY) -m tests.lab.record $(NAMES)

messages: env ## rewrite the expected message of each diagnosis; then read the difference
	@$(PY) -m pytest -q tests/exercises/test_messages.py --rewrite-messages

bench: env ## run the benchmarks, and write bench.json and docs/figures.md
	@$(LAB) with-engine -- $(PY) -m benchmarks

bench-image: env ## grade solutions in the grader's image beside the native grader, on Docker and Podman: an hour; goes on after an interruption
	@$(LAB) with-engine -- $(PY) -m benchmarks --only image

bench-hints: env ## repair each known-wrong solution by what the screen says alone: hours, at most five rounds each
	@$(LAB) with-engine --images -- $(PY) -m benchmarks --only hints

bench-fairness: env ## change recorded right answers in thousands of ways, and count the wrong points
	@$(PY) -m benchmarks.fairness $(NAMES)

matrix: env ## grade on every engine: reached in each way, and with every exercise; writes docs/engines.md
	@$(PY) -m tests.lab.matrix

faults: env ## make machines fail in every known way, and show how each is graded
	@$(PY) -m tests.lab.faults

classroom: env ## start N=12 machines with their own engine and sshd, to use by hand
	@$(LAB) classroom $(N)

clean: ## stop and remove everything that the lab made
	@if test -x $(PY); then $(LAB) clean; fi

env: $(STAMP) ## create the Python environment, with the package installed

$(STAMP): pyproject.toml
	@echo "creating the Python environment in $(VENV)…"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11")'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 || $(MAKE) --no-print-directory venv-otherwise
	@$(PY) -m pip install --quiet --upgrade 'pip>=25.1'
	@$(PY) -m pip install --quiet --editable '.[teacher,repo,cluster]' --group dev
	@touch $@

# Debian's Python needs a package for `venv`: root installs it; other users get virtualenv from pip.
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
