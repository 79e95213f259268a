"""Print a script that completes commands, options and names in a shell.

It goes where the shell looks for such scripts; for zsh, that is a folder of $fpath:

mirror completion bash > ~/.local/share/bash-completion/completions/mirror
mirror completion zsh > ~/.zfunc/_mirror
mirror completion fish > ~/.config/fish/completions/mirror.fish
eval "$(mirror completion bash)"             in this shell only
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from mirror.cli.commands import bench
from mirror.cli.flags import path
from mirror.core.schema import fields_of
from mirror.core.settings import QUALITIES, SECTIONS

SHELLS = ("bash", "zsh", "fish", "tcsh")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add which shell."""
    parser.add_argument("shell", choices=SHELLS, help=", ".join(SHELLS))


def run(options: argparse.Namespace) -> int:
    """Print the script on standard output."""
    import shtab

    from mirror.cli.command_parser import whole_parser

    parser = whole_parser()
    for action in _actions(parser):
        _say_what_it_takes(action, shtab.FILE, shtab.DIRECTORY)
    print(shtab.complete(parser, options.shell))
    return 0


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)
        else:
            yield action


def _say_what_it_takes(action: Any, file: object, folder: object) -> None:  # noqa: ANN401  # shtab reads an attribute that actions do not have
    """Tell shtab what a word can be, where argparse itself is not told."""
    if action.type is path or action.metavar in ("FILE", "SOURCE"):
        action.complete = folder if action.metavar == "DIR" else file
    elif action.dest in _suggestions():
        action.choices = _suggestions()[action.dest]


def _suggestions() -> dict[str, tuple[str, ...]]:
    """What is offered without being all that can be said, by the name of the option's value."""
    found = {
        f"{section}.{name}": field.setting.suggests
        for section, schema in SECTIONS.items()
        for name, field in fields_of(schema).items()
        if field.setting.suggests
    }
    return {
        **found,
        "quality": QUALITIES,
        "video.quality": QUALITIES,
        "what": bench.WHAT + bench.ON_REQUEST,
    }
