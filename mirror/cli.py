"""``mirror``: parses the command line, prints, and exits.

0 done · 1 an expected failure, in one line on stderr that says what to do · 2 wrong usage ·
3 incomplete: what could be read was written, but the source promised more · 130 Ctrl-C · 143
terminated. Where stdout carries results, everything else goes to stderr.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import logging
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import NoReturn

import mirror
from mirror.commands import bench, camera, demo, doctor, eval, models, stream, video
from mirror.printable import shown
from pipeline.errors import PipelineError

COMMANDS = (camera, demo, video, stream, bench, eval, models, doctor)


class _Parser(argparse.ArgumentParser):
    """Says which choice comes nearest, as argparse itself does from Python 3.14 on."""

    def error(self, message: str) -> NoReturn:
        wrong = re.match(r".*invalid choice: '(.*)' \(choose from (.*)\)", message)
        if wrong:
            choices = [choice.strip("' ") for choice in wrong[2].split(",")]
            near = difflib.get_close_matches(wrong[1], choices, n=1)
            message += f"; did you mean {near[0]}?" if near else ""
        super().error(shown(message))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given or ["camera"])
    before = signal.signal(signal.SIGTERM, _terminate)  # so that blocks are left, and files closed
    try:
        with _telling(getattr(options, "quiet", False)):
            code: int = options.run(options)
        sys.stdout.flush()
        return code
    except (KeyboardInterrupt, _Terminated) as interruption:
        said = "; ".join(["interrupted", *getattr(interruption, "__notes__", ())])
        print(f"mirror: {shown(said)}", file=sys.stderr)
        return 130 if isinstance(interruption, KeyboardInterrupt) else 128 + signal.SIGTERM
    except BrokenPipeError:
        # whoever read us has left: not an error, but the interpreter must not flush into it again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if options.debug:
            raise
        print(f"mirror: {shown(_told(error))}", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGTERM, before)


class _Teller(logging.Handler):
    """Says on stderr what takes long, as ``mirror`` says everything."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print to what is stderr by then: a bar of progress gives lines a place above it."""
        print(f"mirror: {shown(record.getMessage())}", file=sys.stderr)


@contextlib.contextmanager
def _telling(quiet: bool) -> Iterator[None]:
    log, teller = logging.getLogger("mirror"), _Teller()
    if not quiet:
        log.setLevel(logging.INFO)
        log.addHandler(teller)
    try:
        yield
    finally:
        log.removeHandler(teller)
        log.setLevel(logging.NOTSET)


class _Terminated(BaseException):
    """The system, or whoever started us, wants us to end."""


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise _Terminated


def _told(error: Exception) -> str:
    notes = "; ".join(getattr(error, "__notes__", ()))
    where = f" ({notes})" if notes else ""
    if isinstance(error, PipelineError):
        return f"{error}{where}"
    return f"{type(error).__name__}: {error}{where}. Run again with --debug to see where"


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="mirror", description=mirror.__doc__)
    parser.add_argument("--version", action="version", version=f"mirror {mirror.__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    for command in COMMANDS:
        name = command.__name__.rpartition(".")[2]
        summary, _, rest = (command.__doc__ or "").partition("\n\n")
        subparser = commands.add_parser(
            name,
            help=summary.rstrip("."),
            description=summary,
            epilog=rest,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(subparser)
        subparser.add_argument("--debug", action="store_true", help="show where an error arose")
        subparser.set_defaults(run=command.run)
    return parser
