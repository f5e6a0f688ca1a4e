"""How a command is declared, and the options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from grader.localized_help import LocalizedCommand

if TYPE_CHECKING:
    from collections.abc import Callable

PATH: Final = click.Path(path_type=Path)

hints_option: Final = click.option("--hints", type=click.IntRange(min=1, max=3), default=2, show_default=True)
lang_option: Final = click.option("--lang", default="")
ports_option: Final = click.option("--ports", default="")
ssh_config_option: Final = click.option("--ssh-config", type=PATH)


def command(function: Callable[..., None]) -> LocalizedCommand:
    """Makes a command of a function. Its help is in the catalogue, not in its declaration."""
    return click.command(cls=LocalizedCommand)(function)
