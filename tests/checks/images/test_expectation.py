"""An image: built here on the right base, self-describing, small, with the code in it."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.expect import expect
from grader.checks.images.presence import require_image
from grader.errors import ExerciseError
from grader.machine.question import Answer
from tests.checks.fake_engine_json import FakeContainer, File, date_ago, fake_container, fake_image
from tests.checks.fake_machine import FakeMachine, fails_with, raises_probe_failed

SPEC: dict[str, Any] = {
    "containers": {"app": {"name": "app"}},
    "built": {"app": {"name": "tp3-app", "base": "python:alpine", "port": 5000, "under_mb": 100}},
}
BASE = fake_image(
    "python:alpine", layers=("a", "b"), config={"Cmd": ["python3"]}, history=[{"CreatedBy": "CMD python3"}]
)
OWN: dict[str, Any] = {"Cmd": ["python", "app.py"], "ExposedPorts": {"5000/tcp": {}}, "WorkingDir": "/app"}
COPIED = {"CreatedBy": "COPY . /app # buildkit", "Size": 100, "Comment": "buildkit.dockerfile.v0"}


def own(*tags: str, **more: Any) -> dict[str, Any]:
    """`tp3-app`, built on the base by a line of a Dockerfile."""
    settings: dict[str, Any] = {"layers": ("a", "b", "c"), "config": OWN, "history": [COPIED, *BASE["history"]]} | more
    return fake_image(*(tags or ("tp3-app:latest",)), image_id=settings.pop("image_id", "sha256:own"), **settings)


def app(*images: dict[str, Any], box: FakeContainer | None = None) -> Any:
    link = FakeMachine(*([box] if box else []))
    link.images = list(images)
    return link.as_machine(**SPEC).image("app")


# --- existence -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tag", ["tp3-app:latest", "tp3-app:v1", "registry.example/tp3-app:latest", "localhost/tp3-app:latest"]
)
def test_an_image_of_the_name_is_there_with_any_tag(tag: str) -> None:
    assert require_image(app(BASE, own(tag))).tags == (tag,)
    expect(app(BASE, own(tag))).to_exist()


def test_of_several_the_name_without_a_tag_is_meant() -> None:
    images = (own("tp3-app:v2", image_id="sha256:v2"), own("tp3-app:latest"))
    assert require_image(app(*images)).id == "sha256:own"


def test_an_image_that_only_got_a_second_name_is_the_base() -> None:
    with fails_with("image-only-tagged", name="tp3-app", base="python:alpine"):
        expect(app(BASE | {"RepoTags": ["tp3-app:latest", "python:alpine"]})).to_exist()
    with fails_with("image-only-tagged", base="python:alpine"):
        tagged = BASE | {"RepoTags": ["tp3-app:latest"], "RepoDigests": ["python@sha256:1"]}
        expect(app(tagged | {"RepoTags": ["tp3-app:latest", "python:3.12"]})).to_exist()
    expect(app(own("tp3-app:latest", layers=("a", "b")), BASE)).to_exist()


@pytest.mark.parametrize(
    ("tags", "code", "near"),
    [
        ((), "image-missing", None),
        (("redis:7",), "image-missing", None),
        (("tp3_app:latest",), "image-misnamed", "tp3_app:latest"),
        (("example.org/me/tp3app:1",), "image-misnamed", "example.org/me/tp3app:1"),
    ],
)
def test_one_that_is_not_there_is_told_with_one_that_may_be_meant(
    tags: tuple[str, ...], code: str, near: str | None
) -> None:
    with fails_with(code, name="tp3-app", **({"near": near} if near else {})):
        expect(app(BASE, *([fake_image(*tags)] if tags else []))).to_exist()


def nameless(**more: Any) -> dict[str, Any]:
    return own("<none>:<none>", **more)


def test_a_finished_image_without_a_name_was_not_given_one() -> None:
    with fails_with("image-unnamed", name="tp3-app"):
        expect(app(nameless(), BASE)).to_exist()
    with fails_with("image-unnamed"):
        expect(app(nameless(config={"Cmd": ["python3"], "Entrypoint": ["x"]}), BASE)).to_exist()


@pytest.mark.parametrize(
    "other",
    [
        nameless(config={"Cmd": ["python3"]}),
        nameless(layers=("x",)),
        nameless(RepoDigests=["other@sha256:1"]),
        own("other:1"),
    ],
    ids=["in between", "on another base", "came from a registry", "has a name"],
)
def test_another_image_without_the_name_is_not_meant(other: dict[str, Any]) -> None:
    with fails_with("image-missing"):
        expect(app(other, BASE)).to_exist()


def test_fifty_images_without_a_name_are_looked_at() -> None:
    between = [nameless(image_id=f"sha256:{number}", config={"Cmd": ["python3"]}) for number in range(50)]
    with fails_with("image-unnamed"):
        expect(app(*between[:49], nameless(), BASE)).to_exist()
    with fails_with("image-missing"):
        expect(app(*between, nameless(), BASE)).to_exist()


def test_images_that_cannot_be_listed_are_no_failure() -> None:
    link = FakeMachine()
    link.table["/images/json"] = Answer(500, b"broken")
    with raises_probe_failed("answer-unexpected"):
        expect(link.as_machine(**SPEC).image("app")).to_exist()


# --- built here ------------------------------------------------------------------------------------------------------


def test_one_that_a_dockerfile_made_on_the_base_is_built_here() -> None:
    expect(app(own(), BASE)).to_be_built_here()
    on_longer = fake_image("python:3.12-alpine3.20", layers=("a", "b"), history=BASE["history"])
    expect(app(own(), on_longer)).to_be_built_here()


def test_one_that_came_from_a_registry_was_pulled() -> None:
    with fails_with("image-pulled", name="tp3-app", source="example.org/me/tp3-app"):
        expect(
            app(own(RepoDigests=["example.org/me/tp3-app@sha256:1"], Created=date_ago(9e6)), BASE)
        ).to_be_built_here()


@pytest.mark.parametrize("created_by", ["python app.py", "/bin/bash", ""])
def test_one_that_was_committed_has_no_line_of_a_dockerfile(created_by: str) -> None:
    line = {"CreatedBy": created_by, "Size": 100}
    with fails_with("image-committed", name="tp3-app") as found:
        expect(app(own(history=[line, *BASE["history"]]), BASE)).to_be_built_here()
    assert found[0].evidence == (created_by,)


def test_one_that_was_built_and_then_committed_is_topped_up() -> None:
    line = {"CreatedBy": "python app.py", "Size": 100}
    with fails_with("image-committed") as found:
        expect(app(own(history=[line, COPIED, *BASE["history"]]), BASE)).to_be_built_here()
    assert found[0].evidence == ("COPY . /app # buildkit", "python app.py")


@pytest.mark.parametrize(
    "line",
    [
        {"CreatedBy": "python app.py", "Size": 0},
        {"CreatedBy": "python other.py", "Size": 100},
        {"CreatedBy": "python app.py", "Size": 100, "Comment": "buildkit.dockerfile.v0"},
    ],
    ids=["adds nothing", "another command", "of BuildKit"],
)
def test_a_line_that_looks_like_a_commit_is_none(line: dict[str, Any]) -> None:
    expect(app(own(history=[line, COPIED, *BASE["history"]]), BASE)).to_be_built_here()


def test_lines_of_the_base_do_not_count() -> None:
    history = [{"CreatedBy": "x", "Size": 1}, *BASE["history"]]
    assert BASE["history"][0]["CreatedBy"].startswith("CMD")
    with fails_with("image-committed"):
        expect(app(own(history=history), BASE)).to_be_built_here()


def test_the_deepest_image_of_the_bases_name_is_the_base() -> None:
    older = fake_image("python:3-alpine", image_id="sha256:older", layers=("a",), history=[])
    line = {"CreatedBy": "x", "Size": 1}
    with fails_with("image-committed"):
        expect(app(own(history=[line, *BASE["history"]]), older, BASE)).to_be_built_here()
    with fails_with("image-committed"):
        expect(app(own(history=[line, *BASE["history"]]), BASE, older)).to_be_built_here()


def test_one_on_another_base_names_the_deepest_that_has_a_name() -> None:
    slim = fake_image("python:slim", image_id="sha256:slim", layers=("a",))
    debian = fake_image("debian:12", image_id="sha256:debian", layers=("a", "b"))
    alpine = fake_image("python:alpine", image_id="sha256:alpine", layers=("z",))
    for order in ((slim, debian), (debian, slim)):
        with fails_with("image-other-base", name="tp3-app", base="python:alpine", near="debian:12"):
            expect(app(own(), alpine, *order)).to_be_built_here()
    with fails_with("image-other-base", near=""):
        expect(app(own(), alpine, fake_image("redis:7", image_id="sha256:r", layers=("x",)))).to_be_built_here()
    with fails_with("image-other-base", near=""):
        expect(app(own(), alpine, nameless(image_id="sha256:n", layers=("a",)))).to_be_built_here()


def test_of_two_bases_as_deep_the_newest_is_named() -> None:
    alpine = fake_image("python:alpine", image_id="sha256:alpine", layers=("z",))
    newer, older = (
        fake_image(f"debian:{number}", image_id=f"sha256:{number}", layers=("a", "b")) for number in (13, 12)
    )
    with fails_with("image-other-base", near="debian:13"):
        expect(app(own(), alpine, newer, older)).to_be_built_here()


def test_a_base_that_is_gone_is_told() -> None:
    with fails_with("base-gone", name="tp3-app", base="python:alpine"):
        expect(app(own())).to_be_built_here()


def test_one_that_was_imported_has_no_base() -> None:
    imported = {"CreatedBy": "", "Comment": "Imported from -", "Size": 1}
    with fails_with("image-imported", name="tp3-app"):
        expect(app(own(layers=("x",), history=[imported]))).to_be_built_here()
    with fails_with("base-gone"):
        expect(app(own(layers=("x",), history=[COPIED, imported]))).to_be_built_here()


def test_fifty_images_are_compared_with_a_strange_one() -> None:
    strange = fake_image("python:alpine", image_id="sha256:alpine", layers=("z",))
    others = [fake_image(f"x{number}:1", layers=("x",)) for number in range(48)]
    near = fake_image("debian:12", layers=("a",))
    with fails_with("image-other-base", near="debian:12"):
        expect(app(own(), strange, *others[:47], near)).to_be_built_here()
    with fails_with("image-other-base", near=""):
        expect(app(own(), strange, *others, near)).to_be_built_here()


# --- how it runs -----------------------------------------------------------------------------------------------------


def test_a_command_a_port_and_a_folder_say_how_it_runs() -> None:
    expect(app(own(), BASE)).to_declare_how_it_runs()
    expect(app(own(config=OWN | {"Cmd": ["python3"], "Entrypoint": ["x"]}), BASE)).to_declare_how_it_runs()


@pytest.mark.parametrize(
    ("changed", "code", "values"),
    [
        ({"Cmd": None}, "image-no-command", {"seen": ""}),
        ({"Cmd": ["python3"]}, "image-no-command", {"seen": "python3"}),
        ({"ExposedPorts": None}, "image-no-port", {"seen": ""}),
        ({"ExposedPorts": {"5000/udp": {}}}, "image-other-port", {"seen": "5000/udp"}),
        ({"ExposedPorts": {"80/tcp": {}, "81/tcp": {}}}, "image-other-port", {"seen": "80/tcp, 81/tcp"}),
        ({"WorkingDir": ""}, "image-no-workdir", {}),
        ({"WorkingDir": "/"}, "image-no-workdir", {}),
    ],
)
def test_what_is_missing_is_named(changed: dict[str, Any], code: str, values: dict[str, str]) -> None:
    with fails_with(code, name="tp3-app", port=5000, **values):
        expect(app(own(config=OWN | changed), BASE)).to_declare_how_it_runs()


def test_without_a_base_the_images_own_words_count() -> None:
    expect(app(own(config=OWN | {"Cmd": ["python3"]}))).to_declare_how_it_runs()
    with fails_with("image-other-port", seen="80/tcp"):
        expect(app(own(config=OWN | {"ExposedPorts": {"80/tcp": {}}}))).to_declare_how_it_runs()


def test_a_port_of_the_base_is_not_its_own() -> None:
    base = fake_image("python:alpine", layers=("a", "b"), config={"ExposedPorts": {"80/tcp": {}}})
    with fails_with("image-no-port"):
        expect(app(own(config=OWN | {"ExposedPorts": {"80/tcp": {}}}), base)).to_declare_how_it_runs()


# --- small -----------------------------------------------------------------------------------------------------------


def test_one_under_the_limit_is_small() -> None:
    expect(app(own(Size=99_999_999), BASE)).to_be_small()


def test_one_at_the_limit_is_too_big_and_its_biggest_lines_are_shown() -> None:
    history = [
        {"CreatedBy": name, "Size": size * 1_000_000} for name, size in (("a", 1), ("b", 40), ("c", 9), ("d", 50))
    ]
    with fails_with("image-too-big", name="tp3-app", mb=100, limit=100) as found:
        expect(app(own(Size=100_000_000, history=history), BASE)).to_be_small()
    assert found[0].evidence == ("50 MB  d", "40 MB  b", "9 MB  c")


def test_one_without_a_base_is_too_big_by_itself() -> None:
    with fails_with("image-too-big", mb=200):
        expect(app(own(Size=200_000_000))).to_be_small()


def test_in_containerds_store_the_layers_in_the_history_are_measured() -> None:
    """There `Size` may be what was downloaded: a quarter of what the layers take."""
    history = [COPIED | {"Size": 60_000_000}, {"CreatedBy": "CMD python3", "Size": 50_000_000}]
    stored: dict[str, Any] = {"RepoDigests": ["tp3-app@sha256:own"], "Size": 30_000_000}
    with fails_with("image-too-big", name="tp3-app", mb=110, limit=100):
        expect(app(own(history=history, **stored), BASE)).to_be_small()
    expect(app(own(history=history[:1], **stored | {"Size": 130_000_000}), BASE)).to_be_small()
    slim = fake_image("python:slim", image_id="sha256:slim", layers=("s",), Size=20_000_000)
    slim |= {"RepoDigests": ["python@sha256:slim"], "history": [{"CreatedBy": "x", "Size": 60_000_000}]}
    with fails_with("image-not-lighter", other="python:slim", other_mb=60):
        expect(app(own(history=history[:1], **stored), BASE, slim)).to_be_small()


def test_on_another_base_that_is_as_big_nobody_could_make_it_small() -> None:
    full = fake_image("python:3.12", image_id="sha256:full", layers=("a",), Size=100_000_000)
    alpine = fake_image("python:alpine", layers=("z",))
    with fails_with("image-other-base", near="python:3.12"):
        expect(app(own(Size=200_000_000), full, alpine)).to_be_small()
    with fails_with("image-too-big"):
        expect(app(own(Size=200_000_000), full | {"Size": 99_999_999}, alpine)).to_be_small()
    with fails_with("image-too-big"):
        expect(app(own(Size=200_000_000), full, BASE)).to_be_small()
    with fails_with("image-too-big"):
        expect(app(own(Size=200_000_000), BASE | {"Size": 100_000_000})).to_be_small()


def test_one_as_heavy_as_another_of_the_family_is_not_lighter() -> None:
    slim = fake_image("python:slim", image_id="sha256:slim", layers=("s",), Size=60_000_000)
    with fails_with("image-not-lighter", other="python:slim", other_mb=60, mb=60):
        expect(app(own(Size=60_000_000), BASE, slim)).to_be_small()
    expect(app(own(Size=59_999_999), BASE, slim)).to_be_small()
    expect(app(own(Size=60_000_000), BASE, fake_image("debian:12", Size=1, layers=("s",)))).to_be_small()
    expect(app(own(Size=60_000_000), BASE, slim | {"RepoTags": [], "RepoDigests": ["python@sha256:1"]})).to_be_small()


def test_its_base_may_be_as_heavy_as_it() -> None:
    expect(app(own(), fake_image("python:alpine", layers=("z",)))).to_be_small()
    expect(app(own(), fake_image("python:3.12", layers=("a",)))).to_be_small()


# --- its code --------------------------------------------------------------------------------------------------------


def runs(**more: Any) -> FakeContainer:
    settings: dict[str, Any] = {
        "image": "tp3-app",
        "command": ("python", "app.py"),
        "config": {"WorkingDir": "/app"},
    } | more
    return fake_container("app", **settings)


def code(box: FakeContainer, *images: dict[str, Any]) -> None:
    image_ = app(*(images or (own(), BASE)), box=box)
    expect(image_).to_contain_the_code_of(image_.machine.container("app"))


def test_code_that_came_with_the_image_is_in_it() -> None:
    code(runs())
    code(runs(), own())


def test_code_that_was_mounted_is_not_in_it() -> None:
    with fails_with("code-mounted", name="app", inside="/app", source="/home/anna"):
        code(runs(mounts=({"Type": "bind", "Source": "/home/anna", "Destination": "/app"},)))
    with fails_with("code-mounted", source="tmpfs"):
        code(runs(mounts=({"Type": "tmpfs", "Destination": "/app"},)))


def test_code_that_was_copied_in_later_is_not_in_it() -> None:
    with fails_with("code-copied-in", name="app", path="/app/app.py"):
        code(runs(changes={"/app": 0, "/app/app.py": 1}))


def test_an_image_that_adds_nothing_has_no_code() -> None:
    with fails_with("code-not-in-image", name="tp3-app"):
        code(runs(), own(history=[COPIED | {"Size": 0}, {"CreatedBy": "CMD x", "Size": 0}, *BASE["history"]]), BASE)


def test_a_container_or_an_image_that_is_not_there_is_told() -> None:
    image_ = app(own(), BASE)
    with fails_with("container-missing", name="app"):
        expect(image_).to_contain_the_code_of(image_.machine.container("app"))
    with fails_with("image-missing"):
        code(runs(), BASE)


@pytest.mark.parametrize("line", ["WORKDIR /app", "/bin/sh -c #(nop) WORKDIR /app", "EXPOSE map[5000/tcp:{}]"])
def test_a_working_directory_that_is_made_is_no_code(line: str) -> None:
    """In containerd's store an empty folder has a size."""
    history = [{"CreatedBy": "CMD x", "Size": 0}, {"CreatedBy": line, "Size": 8192}, *BASE["history"]]
    with fails_with("code-not-in-image", name="tp3-app"):
        code(runs(), own(history=history), BASE)
    code(runs(), own(history=[{"CreatedBy": "RUN /bin/sh -c fetch # buildkit", "Size": 10}, *history]), BASE)


# --- how it was made -------------------------------------------------------------------------------------------------


def test_layers_are_counted_on_top_of_the_base() -> None:
    expect(app(BASE, own())).to_add_at_most_layers(1)
    with fails_with("image-too-many-layers", name="tp3-app", seen=3, wanted=2):
        expect(app(BASE, own(layers=("a", "b", "c", "d", "e")))).to_add_at_most_layers(2)
    with fails_with("image-other-base", base="python:alpine"):
        expect(app(BASE, own(layers=("x", "c")))).to_add_at_most_layers(2)


@pytest.mark.parametrize(
    ("method", "code"), [("to_leave_out", "build-file-in-image"), ("to_ignore", "ignored-file-in-image")]
)
def test_a_file_that_should_not_be_in_the_image_is_named(method: str, code: str) -> None:
    box = fake_container(
        "app", config={"WorkingDir": "/app"}, files={"/app/.git": File(b"x"), "/usr/bin/cc": File(b"x")}
    )
    image = app(BASE, own(), box=box)
    container = image.machine.container("app")
    getattr(expect(image), method)("/usr/bin/gcc", "secret.env", of=container)
    with fails_with(code, name="tp3-app", path="/usr/bin/cc"):
        getattr(expect(image), method)("/usr/bin/cc", of=container)
    with fails_with(code, name="tp3-app", path="/app/.git"):
        getattr(expect(image), method)(".git", of=container)


def test_an_image_has_a_health_check_and_labels() -> None:
    described = OWN | {"Healthcheck": {"Test": ["CMD-SHELL", "wget -q localhost"]}, "Labels": {"team": "blue"}}
    image = app(BASE, own(config=described))
    expect(image).to_have_a_health_check()
    expect(image).to_have_label("team", "blue")
    with fails_with("health-check-missing", name="tp3-app"):
        expect(app(BASE, own())).to_have_a_health_check()
    with fails_with("label-missing", name="tp3-app", label="team"):
        expect(app(BASE, own())).to_have_label("team")


@pytest.mark.parametrize("key", ["base", "port", "under_mb"])
def test_a_key_that_an_expectation_needs_is_asked_for(key: str) -> None:
    expected = expect(FakeMachine().as_machine(built={"app": {"name": "tp3-app"}}).image("app"))
    judge = {
        "base": expected.to_be_built_here,
        "port": expected.to_declare_how_it_runs,
        "under_mb": expected.to_be_small,
    }
    with pytest.raises(ExerciseError, match=rf"no `{key}` under \[built\.app\]"):
        judge[key]()
