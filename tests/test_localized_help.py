"""`--help` is in the reader's language, whole; and nothing but what is shown is read from the catalogues."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from grader.cli import COMMANDS, app
from grader.localized_help import catalogue_name, option_help
from grader.messages import REQUIRED, texts
from tests.student_shell import ROOT

GRADER = "import sys; sys.argv[0] = 'grader'; from grader.cli import main; main()"
OPENED = """
import sys
names = set()
sys.addaudithook(lambda event, args: event == "open" and str(args[0]).endswith(".toml") and names.add(str(args[0])))
from grader.cli import main
sys.argv[0] = "grader"
try:
    main()
finally:
    print("READ", *sorted(name.rpartition("/")[2] for name in names if "/messages/" in name))
"""
GROUP = app
PARAMETERS = {command: [catalogue_name(one) for one in GROUP.commands[command].params] for command in COMMANDS}


def run(*words: str, language: str = "", code: str = GRADER, **environ: str) -> str:
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("GRADER_", "LC_", "PYTEST_"))}
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=ROOT,
        env=clean | {"LANG": "C.UTF-8", "COLUMNS": "80", "GRADER_LANG": language} | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return (done.stdout + done.stderr).replace("\u00a0", " ")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_explained(command: str) -> None:
    for option in PARAMETERS[command]:
        assert option_help(command, option)


def test_every_text_of_the_help_is_shown() -> None:
    known = {key for key in texts("help", "en") if key.partition(".")[0] in {*COMMANDS, "option"}}
    options = [(command, option) for command, its in PARAMETERS.items() for option in its]
    shown = {
        f"{command}.{option}" if f"{command}.{option}" in known else f"option.{option}" for command, option in options
    }
    assert known == shown | {"option.help"} | {f"{command}.about" for command in COMMANDS}


@pytest.mark.parametrize("language", REQUIRED)
def test_the_summaries_of_the_commands_are_whole(language: str) -> None:
    """Click ends a summary that does not fit with three dots."""
    shown = run("--help", language=language)
    for command in COMMANDS:
        assert f" {texts('help', language)[f'{command}.about'].split(chr(10))[0]}\n".replace("\u00a0", " ") in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_no_english_word_is_left_in_a_french_help(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_LANG", "fr")
    called = GROUP.commands[command]
    shown = called.get_help(called.make_context(command, [], resilient_parsing=True))
    english = " ".join(text for key, text in texts("help", "en").items() if key.startswith("click."))
    own_words = set(re.findall(r"[A-Za-z]+", english)) - {"Usage", "OPTIONS", "Arguments", "Options", "default"}
    assert not re.findall(rf"\b({'|'.join(own_words)}|Show this|and exit|shell, to|default:)\b", shown)
    assert "Afficher cette aide et quitter." in shown


@pytest.mark.parametrize(
    ("words", "environ"),
    [
        (("clean", "--help", "--lang", "en"), {"GRADER_LANG": "fr"}),
        (("--lang", "en", "clean", "--help"), {"GRADER_LANG": "fr"}),
        (("clean", "--help"), {"GRADER_LANG": "en"}),
        (("clean", "--help"), {"LANG": "en_GB.UTF-8"}),
    ],
)
def test_the_language_is_that_of_the_option_then_of_the_environment(
    words: tuple[str, ...], environ: dict[str, str]
) -> None:
    assert "Remove what an exercise made" in run(*words, **environ)
    assert "Supprimer ce qu'un exercice a créé" in run("clean", "--help")


def test_the_language_before_the_command_holds_for_the_command() -> None:
    assert "did you mean tp2?" in run("--lang", "en", "start", "tpp2", language="fr")
    assert "voulais-tu dire tp2 ?" in run("start", "tpp2", "--lang", "fr", language="en")


@pytest.mark.parametrize(("language", "words"), [("fr", "la plage de ports réservée"), ("en", "reserved port range")])
def test_pytest_explains_the_options_of_the_plugin_in_that_language(language: str, words: str) -> None:
    code = "import pytest, sys; sys.exit(pytest.main(sys.argv[1:]))"
    for given, environ in (((), {"GRADER_LANG": language}), (("--lang", language), {"GRADER_LANG": ""})):
        shown = (
            run("-p", "no:pytest11.testinfra", "--help", *given, code=code, **environ)
            .partition("container-lab-grader:")[2]
            .partition("\n\n")[0]
        )
        assert words in " ".join(shown.split())
        assert len(re.findall(r"^  --[a-z-]+.*\w", shown, re.MULTILINE)) == 11


@pytest.mark.parametrize(
    ("words", "read"),
    [
        (("--help",), {"help.toml"}),
        (("start", "no-such-exercise"), {"errors.toml"}),
        (("bacth",), {"errors.toml"}),
    ],
)
def test_a_command_reads_only_the_texts_that_it_shows(words: tuple[str, ...], read: set[str]) -> None:
    printed = re.search(r"^READ (.*)$", run(*words, language="en", code=OPENED), re.MULTILINE)
    assert printed
    assert set(printed[1].split()) == read


def test_a_start_of_pytest_reads_no_texts() -> None:
    code = OPENED.replace("from grader.cli import main", "import pytest; main = lambda: pytest.main(['--version'])")
    assert re.search(r"^READ$", run(code=code), re.MULTILINE)
