"""What understands a command line: the commands, each imported when it is asked for."""

from __future__ import annotations

import argparse
import difflib
import importlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import mirror
from mirror.cli.dependencies import missing
from mirror.process.printable import shown
from pipeline.targets.path import is_there

COMMANDS = {  # what each is for: the first line of its module
    "camera": "Open the window on a camera, an address or a file; the default without a command.",
    "demo": "Parse the bundled clip, end to end, and write mirror-demo.mp4 and mirror-demo.png.",
    "video": "Turn a video, or a folder of pictures, into a video with coloured parts.",
    "picture": "Colour the parts of everybody in pictures: PNG, JPEG or WebP in, the same out.",
    "batch": "Parse many videos at once; each to its outputs, and all to one Parquet data set.",
    "coach": "Count repetitions and judge form in a video; list, check and learn exercises.",
    "stream": "Frames on standard input, parsed frames or results on standard output.",
    "serve": "Answer other programs over HTTP and gRPC: pictures in, people and their parts out.",
    "bench": "Measure this machine, side by side with what it is held against.",
    "tune": "Find the settings that suit this machine, in under a minute, and keep them.",
    "eval": "Judge a parser by ground truth: masks, parts, joints and clips.",
    "models": "List models, download M2FP's checkpoints, verify them, and export them for fast "
    "runtimes.",
    "doctor": "Say what is installed, found and broken, and what to do about each.",
    "schema": "Print the JSON Schema of what is written as JSON.",
    "completion": "Print a script that completes commands, options and names in a shell.",
}


class CommandParser(argparse.ArgumentParser):
    """Says which choice comes nearest, as argparse itself does from Python 3.14 on."""

    is_top = False

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, with what may have been meant, and where help is; exit with 2.

        argparse prints every option first, sixteen lines of them, and the error is lost below.
        """
        wrong = re.match(r".*invalid choice: '(.*)' \(choose from (.*)\)", message)
        if wrong:
            choices = [choice.strip("' ") for choice in wrong[2].split(",")]
            message += _near(wrong[1], choices)
        self.exit(2, f"{self.prog}: error: {shown(message)} (see {self.prog} --help)\n")

    def parse_known_args(  # type: ignore[override]  # argparse's own is overloaded three times
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Refuse what a command does not know itself, with its own usage and not the whole one's.

        argparse hands it up, to where nobody knows the command's options.
        """
        known, unknown = super().parse_known_args(args, namespace)
        if unknown and not self.is_top:
            if self._gather(unknown, known):
                return known, []
            near = next((hint for hint in map(self._near_option, unknown) if hint), "")
            self.error(f"unrecognized arguments: {' '.join(unknown)}{near}")
        return known, unknown

    def _gather(self, words: Sequence[str], known: argparse.Namespace) -> bool:
        """Take inputs behind an option, where any number can be named; argparse takes one run only.

        Returns:
            Whether all words were inputs.
        """
        many = next((one for one in self._positionals._group_actions if one.nargs == "+"), None)
        if many is None or not all(word and not word.startswith("-") for word in words):
            return False
        read: Any = many.type or str
        getattr(known, many.dest).extend(map(read, words))
        return True

    def _near_option(self, word: str) -> str:
        if not word.startswith("-"):
            return ""
        options = [name for action in self._actions for name in action.option_strings]
        return _near(word.partition("=")[0], options)


def completed(given: Sequence[str]) -> list[str]:
    """Return a command line with its command, which may be left out to look at something."""
    first = given[0] if given else ""
    if first.startswith("-") or first in COMMANDS:
        return list(given)
    is_looked_at = not first or "://" in first or is_there(Path(first))
    if not is_looked_at and ("." in first or "/" in first):
        parser_for(()).error(f"there is neither a command nor a file called {first}")
    if not given:
        return ["camera", "--first-time"]
    return ["camera", *given] if is_looked_at else list(given)


def parser_for(given: Sequence[str]) -> CommandParser:
    """Return what understands a command line: each command, and all of the one that is given.

    Raises:
        PackageMissing: the command is made with something that cannot be imported.
    """
    return _parser(name for name in COMMANDS if name == command_in(given))


def command_in(given: Sequence[str]) -> str:
    """Return the word of a command line that says what to do; empty where none does."""
    return next((word for word in given if not word.startswith("-")), "")


def whole_parser() -> CommandParser:
    """Return what understands every command; imports them all.

    Raises:
        PackageMissing: one is made with something that cannot be imported.
    """
    return _parser(COMMANDS)


def _parser(wanted: Iterable[str]) -> CommandParser:
    parser = CommandParser(prog="mirror", description=(mirror.__doc__ or "").partition("\n")[0])
    parser.is_top = True
    parser.add_argument("--version", action="version", version=f"mirror {mirror.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=CommandParser)
    whole = set(wanted)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=summary.rstrip("."),
            description=summary,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if name in whole:
            _fill(command, name)
        command.add_argument("--debug", action="store_true", help="show where an error arose")
    return parser


def _fill(parser: argparse.ArgumentParser, name: str) -> None:
    try:
        module: Any = importlib.import_module(f"mirror.cli.commands.{name}")
    except ImportError as error:
        raise missing(f"mirror {name}", error) from error
    parser.epilog = (module.__doc__ or "").partition("\n\n")[2]
    module.add_arguments(parser)
    parser.set_defaults(run=module.run, command=name)


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""
