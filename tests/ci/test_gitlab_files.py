"""The pipelines are valid for GitLab: by its schema, with every input, and whatever a roster contains."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.commands.class_pipeline import child_pipeline, main
from grader.errors import RosterError
from grader.roster.file_name import file_name_for
from grader.roster.student import RosterStudent
from grader.submission.layout import find_layout
from tests.lab.debian_packages import require_program
from tests.lab.process import run
from tests.student_shell import ROOT

COMPONENT = ROOT / "templates" / "grade.yml"
ROOTLESS = ROOT / "templates" / "grade-rootless.yml"
SCHOOL = ROOT / ".gitlab-ci.yml"
IMAGE = "registry.example.org/grader:1"


def is_valid(path: Path) -> subprocess.CompletedProcess[str]:
    """By the schema that comes with check-jsonschema, without any network."""
    program = Path(sys.executable).parent / "check-jsonschema"
    command = [str(program), "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def filled_component(path: Path = COMPONENT, /, **inputs: str) -> str:
    """A component as GitLab fills it in: defaults, then the project's inputs."""
    spec, jobs = yaml.safe_load_all(path.read_text(encoding="utf-8"))
    del jobs
    values = {name: entry.get("default") for name, entry in spec["spec"]["inputs"].items()} | inputs
    text = path.read_text(encoding="utf-8").split("\n---\n", 1)[1]
    return re.sub(r"\$\[\[ inputs\.([a-z-]+) \]\]", lambda match: str(values[match[1]]), text)


def test_the_schools_pipeline_is_valid() -> None:
    checked = is_valid(SCHOOL)
    assert checked.returncode == 0, checked.stdout


def test_the_schema_does_refuse_what_is_not_a_pipeline(tmp_path: Path) -> None:
    (tmp_path / "ci.yml").write_text("job: {script: [x], artefacts: {paths: [y]}}\n")
    assert is_valid(tmp_path / "ci.yml").returncode != 0


@pytest.mark.parametrize("path", [COMPONENT, ROOTLESS], ids=lambda path: path.stem)
@pytest.mark.parametrize("mirror", ["", "https://mirror.example.org"])
def test_a_component_is_valid_with_its_inputs_and_leaves_none_unfilled(path: Path, mirror: str, tmp_path: Path) -> None:
    text = filled_component(path, exercise="tp6", image=IMAGE, **{"registry-mirror": mirror})
    assert "$[[" not in text
    (tmp_path / "ci.yml").write_text(text)
    checked = is_valid(tmp_path / "ci.yml")
    assert checked.returncode == 0, checked.stdout
    assert list(yaml.safe_load(text)) == ["grade-tp6"]


def test_without_privileges_only_the_engine_is_another() -> None:
    job, rootless = (
        yaml.safe_load(filled_component(path, exercise="tp6", image=IMAGE)) for path in (COMPONENT, ROOTLESS)
    )
    [words], [own] = job["grade-tp6"].pop("script"), rootless["grade-tp6"].pop("script")
    assert own == words.replace(" --ports", ' --engine podman --registry-mirror "" --ports')
    assert job["grade-tp6"].pop("services")
    of_the_engine = {name for name in job["grade-tp6"]["variables"] if name.startswith("DOCKER_")}
    for name in of_the_engine:
        del job["grade-tp6"]["variables"][name]
    assert len(of_the_engine) == 4
    assert rootless == job


def test_what_a_mark_hangs_on_is_no_variable_that_a_project_could_set() -> None:
    """A project's own variables win over those of the file: exercise, image and mirror are written into the job."""
    job = yaml.safe_load(filled_component(exercise="tp6", image=IMAGE))["grade-tp6"]
    assert job["image"] == IMAGE
    assert "grade.sh . tp6 " in " ".join(job["script"])
    school = yaml.safe_load(SCHOOL.read_text(encoding="utf-8"))
    for number in range(1, 9):
        assert school[f"tp{number}"]["script"] == [f"grade tp{number}"]


def test_the_engine_is_reached_over_tls_and_results_are_kept_even_when_the_job_fails() -> None:
    school = yaml.safe_load(SCHOOL.read_text(encoding="utf-8"))[".grade"]
    for job in (school, yaml.safe_load(filled_component(exercise="tp6", image=IMAGE))["grade-tp6"]):
        variables = job["variables"]
        assert variables["DOCKER_HOST"] == "tcp://docker:2376"
        assert variables["DOCKER_TLS_VERIFY"] == "1"
        assert job["services"][0]["alias"] == "docker"
        assert job["artifacts"]["when"] == "always"
        assert job["artifacts"]["reports"]["junit"] == job["artifacts"]["paths"][1]


def test_artifacts_are_named_one_by_one_so_that_no_committed_file_matches() -> None:
    school = yaml.safe_load(SCHOOL.read_text(encoding="utf-8"))[".grade"]
    component = yaml.safe_load(filled_component(exercise="tp6", image=IMAGE))["grade-tp6"]
    for job, exercise in ((school, "$CI_JOB_NAME"), (component, "tp6")):
        own = f"results/{exercise}/$CI_PROJECT_PATH_SLUG"
        assert job["artifacts"]["paths"] == [
            f"{own}.json",
            f"{own}.xml",
            "results/metrics.txt",
            "results/code-quality.json",
        ]
        assert job["artifacts"]["reports"] == {
            "junit": f"{own}.xml",
            "metrics": "results/metrics.txt",
            "codequality": "results/code-quality.json",
        }
    assert [name for name in yaml.safe_load(SCHOOL.read_text(encoding="utf-8")) if name.startswith("tp")] == [
        f"tp{number}" for number in range(1, 9)
    ], "a job's name is its exercise, and part of its artifacts' paths"
    pipeline = yaml.safe_load(child_pipeline(HOSTILE_ROSTER, "tp6", IMAGE))
    for student in HOSTILE_ROSTER:
        name = file_name_for(student.id)
        own = f"results/{name}/tp6/{name}"
        assert pipeline[f"tp6 {name}"]["artifacts"]["paths"] == [f"{own}.json", f"{own}.xml"]


SPELLINGS = ("tp6", "TP6", "tp06", "tp-6", "TP 6", "Tp_6", "tP 006", "tp6-todos", "TP06 - Compose", "projects/tp6")
OTHERS = ("tp61", "tp7", "atp6", "tp", "tp6x", "6")


def matching_jobs(path: str) -> list[str]:
    """The jobs of the school's pipeline that a repository with this one file has, by Ruby itself, as in GitLab."""
    school = yaml.safe_load(SCHOOL.read_text(encoding="utf-8"))
    jobs = {name: job for name, job in school.items() if name.startswith("tp")}
    patterns = [(name, pattern) for name, job in jobs.items() for pattern in job["rules"][0]["exists"]]
    flags = "File::FNM_PATHNAME | File::FNM_DOTMATCH | File::FNM_EXTGLOB"
    program = f"puts ARGV.drop(1).map {{ |one| File.fnmatch?(one, ARGV[0], {flags}) }}"
    command = [require_program("ruby", "ruby"), "-e", program, path]
    answers = run([*command, *(pattern for _, pattern in patterns)], limit_s=30).stdout.split()
    return sorted({name for (name, _), answer in zip(patterns, answers, strict=True) if answer == "true"})


@pytest.mark.live
@pytest.mark.parametrize("folder", [*SPELLINGS, *OTHERS, "tp6/todos", "todos"])
def test_a_job_is_there_for_every_folder_that_grader_repo_takes_for_the_exercise(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "compose.yaml").touch()
    work = find_layout(tmp_path, "tp6", project="todos")
    is_found = work is not None and folder not in OTHERS  # elsewhere it is found because there is no other work
    assert ("tp6" in matching_jobs(f"{folder}/compose.yaml")) == is_found
    assert is_found == (folder not in OTHERS)


def test_two_projects_with_one_name_are_two_students() -> None:
    """In `e1/tp` and `e2/tp` everybody's project has the name `tp`."""
    school = yaml.safe_load(SCHOOL.read_text(encoding="utf-8"))[".grade"]["before_script"]
    component = yaml.safe_load(filled_component(exercise="tp6", image=IMAGE))["grade-tp6"]["script"]
    for lines in (school, component):
        words = [word for line in lines for word in re.findall(r'"\$CI_[A-Z_]+"', line)]
        assert words == ['"$CI_PROJECT_PATH"', '"$CI_PROJECT_PATH_SLUG"']


def test_the_mirror_reaches_the_engine_only_where_there_is_one() -> None:
    """The service's command line, run by a real shell with the engine's program replaced."""
    for mirror, said in (("", "started"), ("https://m.example.org", "started --registry-mirror=https://m.example.org")):
        filled = filled_component(COMPONENT, exercise="tp6", image=IMAGE, **{"registry-mirror": mirror})
        service = yaml.safe_load(filled)["grade-tp6"]["services"][0]
        command = [part.replace("exec dockerd-entrypoint.sh", "echo started") for part in service["command"]]
        done = subprocess.run(
            [*service["entrypoint"], *command], capture_output=True, text=True, timeout=10, check=True
        )
        assert done.stdout.strip() == said


def test_the_expression_for_the_mark_finds_it_in_the_last_line_and_nothing_where_there_is_none() -> None:
    job = yaml.safe_load(SCHOOL.read_text(encoding="utf-8"))[".grade"]
    expression = re.compile(job["coverage"].strip("/"))
    for line, found in (
        ("tp6 e1: mark 14/20 (70 %)", ["70"]),
        ("tp6 e1 : note 13,5/20 (67.5 %) – provisoire", ["67.5"]),
        ("tp6 e1: no mark – the repository asks for what a submission may not ask for", []),
        ("Checking out 1234abcd as detached HEAD (ref is (100%))...", []),
    ):
        assert expression.findall(line) == found


HOSTILE_ROSTER = [
    RosterStudent(id="e2301234", name="Zoé", repo="https://gitlab.example.org/zoe/tp.git"),
    RosterStudent(id="../../x", repo="$(touch /tmp/owned)"),
    RosterStudent(id="image", repo="${CI_JOB_TOKEN}"),
    RosterStudent(id=".hidden", repo="a: [b\n- c"),
    RosterStudent(id="e2 'quoted\"", repo='"; touch /tmp/owned; "'),
    RosterStudent(id="x" * 300, repo="é" * 300),
    RosterStudent(id="true", repo="!!python/object:os.system"),
]


def test_a_child_pipeline_has_one_job_a_student_and_is_valid(tmp_path: Path) -> None:
    text = child_pipeline(HOSTILE_ROSTER, "tp6", IMAGE, mirror="https://mirror.example.org")
    (tmp_path / "class.yml").write_text(text, encoding="utf-8")
    checked = is_valid(tmp_path / "class.yml")
    assert checked.returncode == 0, checked.stdout
    jobs: dict[str, Any] = {name: job for name, job in yaml.safe_load(text).items() if name.startswith("tp6 ")}
    assert len(jobs) == len(HOSTILE_ROSTER)
    for student, (name, job) in zip(HOSTILE_ROSTER, jobs.items(), strict=True):
        assert len(name) <= 255
        assert job["variables"]["GRADER_REPO"] == {"value": student.repo, "expand": False}
        assert job["variables"]["GRADER_STUDENT"] == {"value": student.id, "expand": False}


def test_without_privileges_each_job_of_a_class_starts_its_own_engine(tmp_path: Path) -> None:
    text = child_pipeline(HOSTILE_ROSTER, "tp6", IMAGE, engine="podman", mirror="https://mirror.example.org/a b")
    (tmp_path / "class.yml").write_text(text, encoding="utf-8")
    checked = is_valid(tmp_path / "class.yml")
    assert checked.returncode == 0, checked.stdout
    job = yaml.safe_load(text)[".grade"]
    assert job["script"][0].endswith(" --engine podman --registry-mirror 'https://mirror.example.org/a b'")
    assert "services" not in job
    assert job["variables"] == {"GIT_STRATEGY": "none"}


def test_a_team_has_one_job_whose_artifacts_are_the_results_of_all_its_students() -> None:
    roster = [
        RosterStudent(id="e1", team="x", repo="one"),
        RosterStudent(id="e2", repo="two"),
        RosterStudent(id="e3", team="X", repo="one"),
        RosterStudent(id="e4", repo="two"),
        RosterStudent(id="e5", repo="three"),
    ]
    pipeline = yaml.safe_load(child_pipeline(roster, "tp6", IMAGE))
    jobs = {name: job for name, job in pipeline.items() if name.startswith("tp6 ")}
    assert {name: job["variables"]["GRADER_TEAM"]["value"] for name, job in jobs.items()} == {
        "tp6 e1": "e3",
        "tp6 e2": "e4",
        "tp6 e5": "",
    }
    assert jobs["tp6 e1"]["artifacts"]["paths"] == [
        f"results/e1/tp6/{student}.{kind}" for student in ("e1", "e3") for kind in ("json", "xml")
    ]
    assert jobs["tp6 e1"]["artifacts"]["reports"] == {"junit": "results/e1/tp6/e1.xml"}


def test_nothing_of_a_roster_stands_in_a_line_of_a_script() -> None:
    pipeline = yaml.safe_load(child_pipeline(HOSTILE_ROSTER, "tp6", IMAGE))
    scripts = json.dumps([job.get("script", []) for job in pipeline.values() if isinstance(job, dict)])
    assert not [student.repo for student in HOSTILE_ROSTER if student.repo in scripts]
    assert "owned" not in scripts


def test_the_key_is_in_no_job_where_a_students_work_runs() -> None:
    pipeline = yaml.safe_load(child_pipeline(HOSTILE_ROSTER, "tp6", IMAGE))
    with_key = [name for name, job in pipeline.items() if "GRADER_SIGNING_KEY" in json.dumps(job)]
    assert with_key == ["sign"]


def test_each_job_has_a_key_for_its_own_student_and_run_alone() -> None:
    key = b"a key of the school's, long enough"
    runs = [yaml.safe_load(child_pipeline(HOSTILE_ROSTER, "tp6", IMAGE, key=key, run=run)) for run in ("1", "2")]
    keys = [
        job["variables"]["GRADER_JOB_KEY"]["value"]
        for pipeline in runs
        for name, job in pipeline.items()
        if name.startswith("tp6 ")
    ]
    assert len(set(keys)) == 2 * len(HOSTILE_ROSTER)
    assert all(key.decode() not in json.dumps(pipeline) for pipeline in runs)
    assert "--by-job" in runs[0]["sign"]["script"][0]
    assert all("GRADER_JOB_KEY" not in json.dumps(pipeline["sign"]) for pipeline in runs)


def test_nothing_of_a_job_becomes_a_variable_of_another() -> None:
    """A `dotenv` report would turn what a job writes into variables."""
    for path in (SCHOOL, COMPONENT):
        assert "dotenv" not in path.read_text(encoding="utf-8")
    assert "dotenv" not in child_pipeline(HOSTILE_ROSTER, "tp6", IMAGE)


def test_somebody_without_a_repository_is_named() -> None:
    with pytest.raises(RosterError, match=r"'e2'.*`repo` column"):
        child_pipeline([HOSTILE_ROSTER[0], RosterStudent(id="e2")], "tp6", IMAGE)
    with pytest.raises(RosterError, match="expected a name such as tp6"):
        child_pipeline(HOSTILE_ROSTER, "tp6; touch x", IMAGE)


def test_the_program_reads_a_roster_and_says_what_is_wrong_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roster, output = tmp_path / "class.csv", tmp_path / "class.yml"
    roster.write_text("id,repo\ne1,https://gitlab.example.org/e1/tp.git\n")
    options = [str(roster), "--exercise", "tp6", "--image", IMAGE, "--output", str(output)]
    assert main(options) == 0
    assert "tp6 e1" in yaml.safe_load(output.read_text())
    roster.write_text("id,repo\ne1,\n")
    assert main(options) == 4
    assert "repo" in capsys.readouterr().err
