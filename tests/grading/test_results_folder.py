"""Results are written to a folder of the person who grades, never through a link or among a repository's files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import GraderError
from grader.grading.results_folder import is_inside, open_results
from grader.reports.result import read_result
from tests.submission.repositories import COMPOSE, EXERCISE

FORGED = '{"mark": 20}'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository that the policy refuses: it is read and has a result, and no engine is needed."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    (folder / "compose.yaml").write_text(COMPOSE.replace("init: true", "privileged: true"))
    (tmp_path / "elsewhere").mkdir()
    return folder


def grade(checkout: Path, results: str, lang: str = "en") -> subprocess.CompletedProcess[str]:
    """As somebody in the checkout types it."""
    program = Path(sys.executable).parent / "grader"
    options = ["--exercise", str(EXERCISE), "--results", results, "--student", "e1", "--lang", lang]
    return subprocess.run(
        [program, "repo", ".", *options, "--machine", f"unix://{checkout}/gone.sock"],
        cwd=checkout,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(checkout.parent)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("link", "results"),
    [("results", "results"), ("results", "./results/"), ("out", "out/below"), ("a/b", "a/b/c")],
)
def test_a_committed_link_is_not_written_through(link: str, results: str, checkout: Path) -> None:
    elsewhere = checkout.parent / "elsewhere"
    (checkout / link).parent.mkdir(exist_ok=True)
    (checkout / link).symlink_to(elsewhere)
    for lang, words in (("en", "and nothing is written through links"), ("fr", "rien n'est écrit à travers")):
        done = grade(checkout, results, lang)
        assert (done.returncode, done.stdout) == (4, ""), done.stderr
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("results", ["results", ".", "results/tp9", "../checkout/results", "../alias/results"])
def test_files_that_a_repository_brings_along_are_nobodys_results(results: str, checkout: Path) -> None:
    (checkout.parent / "alias").symlink_to(checkout)
    (checkout / "results" / "tp9").mkdir(parents=True)
    (checkout / "results" / "tp9" / "e1.json").write_text(FORGED)
    for lang, words in (("en", "give a folder outside the repository"), ("fr", "donner un dossier hors du dépôt")):
        done = grade(checkout, results, lang)
        assert (done.returncode, done.stdout) == (4, ""), done.stderr
        assert words in done.stderr
    assert (checkout / "results" / "tp9" / "e1.json").read_text() == FORGED


@pytest.mark.parametrize("results", ["results", "new/results", "../out"])
def test_a_new_folder_is_fine_wherever_it_is(results: str, checkout: Path) -> None:
    done = grade(checkout, results)
    assert done.returncode == 7, done.stderr
    assert read_result(checkout / results / "tp9" / "e1.json").reason_code == "repository-refused"


def test_a_folder_of_results_outside_is_added_to(checkout: Path) -> None:
    for _ in range(2):
        assert grade(checkout, "../out").returncode == 7


@pytest.mark.parametrize("what", ["link", "folder", "gone", "link-below"])
def test_what_was_put_there_during_the_grading_is_not_written_through(what: str, tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    opened = open_results(tmp_path / "results", tmp_path / "repository")
    opened.require_unchanged("tp9")
    if what == "link-below":
        (tmp_path / "results" / "tp9").symlink_to(tmp_path)
    else:
        (tmp_path / "results").rename(tmp_path / "before")
    if what == "link":
        (tmp_path / "results").symlink_to(tmp_path)
    if what == "folder":
        (tmp_path / "results").mkdir()
    words = "is a link" if what.startswith("link") else "was replaced during the grading"
    with pytest.raises(GraderError, match=words) as raised:
        opened.require_unchanged("tp9")
    assert "hors du dépôt" in raised.value.message("fr")


def test_a_folder_is_inside_by_its_name_or_by_where_it_leads(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "out").symlink_to(tmp_path)
    (tmp_path / "in").symlink_to(repository)
    inside = [repository, repository / "x", repository / "out" / "x", tmp_path / "in" / "x"]
    assert [is_inside(path, repository) for path in inside] == [True] * 4
    assert not is_inside(tmp_path / "repository-2", repository)


def test_a_repository_with_a_name_that_is_no_text_has_a_result(checkout: Path) -> None:
    (checkout / "\udcff").mkdir()
    (checkout / "\udcff" / "compose.yaml").write_text(COMPOSE)
    (checkout / "compose.yaml").rename(checkout / "up.sh")
    done = grade(checkout, "../out")
    assert done.returncode == 7, done.stderr
    result = read_result(checkout.parent / "out" / "tp9" / "e1.json")
    assert result.reason_code == "repository-refused"


def test_a_path_that_no_copy_can_have_is_no_traceback_but_a_refusal(checkout: Path) -> None:
    """A path that exceeds the maximum length in the copy."""
    here = os.open(checkout, os.O_RDONLY)
    for _ in range(16):
        os.mkdir("d" * 255, dir_fd=here)
        above, here = here, os.open("d" * 255, os.O_RDONLY, dir_fd=here)
        os.close(above)
    os.close(here)
    try:
        done = grade(checkout, "../out")
    finally:
        subprocess.run(["rm", "-rf", checkout], check=True)
    assert done.returncode == 7, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "tp9 e1: no mark – " in done.stdout.splitlines()[-1]
    assert "[repository-too-big] the repository is larger than 1024 characters of a path" in done.stdout
    assert read_result(checkout.parent / "out" / "tp9" / "e1.json").reason_code == "repository-refused"
