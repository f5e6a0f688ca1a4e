"""`python -m tests.lab.lowest_versions`: tests without an engine, with the lowest versions that are allowed.

On the oldest Python that it allows and on the newest one found here; only packages are downloaded.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from grader.signals import reset_signals
from tests.lab.lab_folder import Lab
from tests.lab.process import LabError, print_progress, run

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT: Final = Path(__file__).parents[2]
OLDEST: Final = (3, 11)
_NAME: Final = re.compile(r"python3\.(\d+)")
_INSTALL_LIMIT_S: Final = 900
_TESTS_LIMIT_S: Final = 3600


def main() -> int:
    reset_signals()
    wanted = sys.argv[1:]
    pythons = installed_pythons()
    if wanted:
        pythons = {version: path for version, path in pythons.items() if ".".join(map(str, version)) in wanted}
    chosen = oldest_and_newest(pythons)
    if not chosen:
        print_progress(f"lowest: no Python {' or '.join(wanted) or '3.11 or later'} was found")
        return 1
    try:
        return max([_run_tests(version, path) for version, path in chosen.items()])
    except LabError as error:
        print_progress(f"lowest: {error}")
        return 1


def installed_pythons() -> dict[tuple[int, int], Path]:
    """Pythons by version: this one, those on PATH, and those of pyenv."""
    found = {sys.version_info[:2]: Path(sys.executable)}
    for path in _candidates():
        version = _version(path)
        if version and version >= OLDEST:
            found.setdefault(version, path)
    return found


def oldest_and_newest(pythons: dict[tuple[int, int], Path]) -> dict[tuple[int, int], Path]:
    """The oldest and the newest of them."""
    return {version: pythons[version] for version in sorted({min(pythons), max(pythons)})} if pythons else {}


def _candidates() -> Iterable[Path]:
    folders = [Path(folder) for folder in os.environ.get("PATH", os.defpath).split(os.pathsep)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    for folder in (*folders, *sorted(pyenv.glob("versions/*/bin"))):
        if folder.is_dir():
            yield from (path for path in sorted(folder.glob("python3.*")) if _NAME.fullmatch(path.name))


def _version(path: Path) -> tuple[int, int] | None:
    """Asks the program itself: pyenv puts names on PATH for versions that it then refuses to start."""
    asked = run([path, "-c", "import sys; print(*sys.version_info[:2])"], limit_s=20, check=False)
    words = asked.stdout.split()
    return (int(words[0]), int(words[1])) if asked.returncode == 0 and len(words) == 2 else None


def _run_tests(version: tuple[int, int], python: Path) -> int:
    name = ".".join(map(str, version))
    place = Lab.at(ROOT / ".lab").root / "lowest" / name
    uv = Path(sys.executable).with_name("uv")
    print_progress(f"Python {name}: installing the lowest versions into {place}…")
    shutil.rmtree(place, ignore_errors=True)
    run([uv, "venv", "--quiet", "--no-python-downloads", "--python", python, place], limit_s=_INSTALL_LIMIT_S)
    program = str(place / "bin" / "python")
    install = [str(uv), "pip", "install", "--quiet", "--python", program, "--resolution", "lowest-direct"]
    run(
        [*install, "--editable", f"{ROOT}[teacher,repo,cluster]", "--group", f"{ROOT / 'pyproject.toml'}:dev"],
        limit_s=_INSTALL_LIMIT_S,
    )
    pytest = [program, "-m", "pytest", "tests", "-m", "not live and not long", "-p", "no:cacheprovider"]
    side_by_side = ["-n", "auto", "--dist", "worksteal"]
    return subprocess.run([*pytest, *side_by_side], cwd=ROOT, check=False, timeout=_TESTS_LIMIT_S).returncode


if __name__ == "__main__":
    sys.exit(main())
