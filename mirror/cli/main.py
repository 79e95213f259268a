"""``mirror``: parses the command line, prints, and exits.

0 done · 1 an expected failure, in one line on stderr that says what to do · 2 wrong usage ·
3 incomplete: what could be read was written, but the source promised more · 129 the terminal is
gone · 130 Ctrl-C · 143 terminated. Where stdout carries results, everything else goes to stderr. A
command is imported when it runs.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from typing import NoReturn

from mirror.cli.command_parser import command_in, completed, parser_for
from mirror.cli.dependencies import is_of_ours, missing
from mirror.cli.error_words import remarked, told
from mirror.process import signal_policies, terminal, termination
from pipeline.errors import PipelineError, SinkError

_CLEARS_AWAY_WITHIN_S = 0.5
# what the system says of a file that is named well, and is no fault of a program
_OF_FILES = frozenset(
    (errno.EACCES, errno.EPERM, errno.ENAMETOOLONG, errno.ENOSPC, errno.EDQUOT, errno.EROFS)
)


def run_process() -> NoReturn:
    """Run what the command line says, and end the process, whatever is still running in it."""
    terminal.fill_gaps()
    listener = termination.listen_for_good()
    try:
        code = main()
    except SystemExit as ended:  # argparse ends so
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except Exception:  # --debug
        traceback.print_exc()
        code = 1
    listener.use(signal_policies.AtOnce(code))  # what there was to do is done
    with contextlib.suppress(BrokenPipeError):
        _flush_stdout()
    others = (threading.main_thread(), listener.thread)
    left = [thread for thread in threading.enumerate() if thread not in others]
    if code > 128 and signal_policies.end_children():
        give_up_at = time.monotonic() + _CLEARS_AWAY_WITHIN_S
        for thread in left:  # one that waited for a child may have something to clear away
            thread.join(max(0.0, give_up_at - time.monotonic()))
    if code > 128 or "PyQt5.QtCore" in sys.modules or any(thread.daemon for thread in left):
        # threads in the middle of native code crash when the interpreter goes, and so may Qt
        os._exit(code)
    sys.exit(code)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code."""
    given = completed(sys.argv[1:] if arguments is None else arguments)
    listener = None
    try:
        options = parser_for(given).parse_args(given)
        with termination.listening(signal_policies.Raising()) as listener:
            with _telling(getattr(options, "quiet", False)):
                code: int = options.run(options)
            if not _flush_stdout():
                raise SinkError(
                    "stdout.write_failed.at_end",
                    "standard output cannot be written on; make room, or name a file",
                )
        return code
    except (KeyboardInterrupt, signal_policies.Terminated) as interruption:
        terminal.warn(
            "; ".join(["interrupted", *map(remarked, getattr(interruption, "__notes__", ()))])
        )
        return 128 + signal_policies.number_of(interruption)
    except BrokenPipeError:  # whoever read us has left: not an error
        terminal.mute(sys.stdout)
        return 1
    except Exception as error:
        if "--debug" in given:
            raise
        terminal.warn(_told(error, given))
        return 1 if listener is None or listener.first is None else 128 + listener.first


def _flush_stdout() -> bool:
    """Say whether all that was printed is out."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except (OSError, ValueError):
        terminal.mute(sys.stdout)
        return False
    return True


class _Teller(logging.Handler):
    """Says on stderr what takes long, as ``mirror`` says everything."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print to what is stderr by then: a bar of progress gives lines a place above it."""
        terminal.warn(record.getMessage())


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


def _told(error: Exception, given: Sequence[str]) -> str:
    if isinstance(error, ModuleNotFoundError) and is_of_ours(error):
        error = missing(f"mirror {command_in(given)}", error)
    if isinstance(error, OSError) and error.filename and error.errno in _OF_FILES:
        return f"{error.filename}: {error.strerror}"
    hint = "" if isinstance(error, PipelineError) else ". Run again with --debug to see where"
    return f"{told(error)}{hint}"
