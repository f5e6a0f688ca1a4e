"""The test lab from the command line: `python -m tests.lab engine`, `images`, `clean`."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from tests.lab import Lab, LabError, ensure_images, ready_engine
from tests.lab.classroom import open_classroom
from tests.lab.image_catalog import COURSE_IMAGES
from tests.lab.lab_engine import run_with_engine
from tests.lab.process import print_progress
from tests.lab.sweep import sweep

USUAL_IMAGES = ("nginx", "ubuntu")


def main() -> int:
    options = _parser().parse_args()
    try:
        return int(options.verb(options) or 0)
    except LabError as error:
        print_progress(f"lab: {error}")
        return 1
    except KeyboardInterrupt:
        return 130


def engine(options: argparse.Namespace) -> None:
    found = ready_engine(Lab.at(options.dir))
    for name, value in found.settings().items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")


def images(options: argparse.Namespace) -> None:
    lab = Lab.at(options.dir)
    made = ensure_images(ready_engine(lab), lab, options.names or USUAL_IMAGES)
    print_progress(f"images: {', '.join(made)}" if made else "images: all present")


def with_engine(options: argparse.Namespace) -> int:
    images = COURSE_IMAGES if options.images else ()
    return run_with_engine(Lab.at(options.dir), [word for word in options.command if word != "--"], images)


def classroom(options: argparse.Namespace) -> None:
    open_classroom(Lab.at(options.dir), options.size, options.images)


def clean(options: argparse.Namespace) -> None:
    sweep(Lab.at(options.dir))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    parser.add_argument("--dir", type=Path, default=Path(".lab"), help="the lab's folder (%(default)s)")
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("engine", help="find or start an engine, and print what to export to use it")
    verb.set_defaults(verb=engine)
    verb = verbs.add_parser("images", help="put images on the engine")
    verb.add_argument("names", nargs="*", help=f"by default: {', '.join(USUAL_IMAGES)}")
    verb.set_defaults(verb=images)
    verb = verbs.add_parser("with-engine", help="run a command with the lab's engine running")
    verb.add_argument("--images", action="store_true", help="put all the images of the course on it")
    verb.add_argument("command", nargs=argparse.REMAINDER)
    verb.set_defaults(verb=with_engine)
    verb = verbs.add_parser("classroom", help="start machines to use by hand, and write their roster")
    verb.add_argument("size", nargs="?", type=int, default=12, help="number of machines (%(default)s)")
    verb.add_argument("--images", nargs="*", default=USUAL_IMAGES, help="images on each machine")
    verb.set_defaults(verb=classroom)
    verb = verbs.add_parser("clean", help="stop and remove everything that the lab made")
    verb.set_defaults(verb=clean)
    return parser


if __name__ == "__main__":
    sys.exit(main())
