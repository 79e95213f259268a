"""A graph made in a process of its own, so that the gigabytes that takes are the system's again."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mirror.parsers.m2fp.graphs.export_key import ExportKey, ExportRefused
from mirror.parsers.m2fp.graphs.graph_record import ExportAccuracy

if TYPE_CHECKING:
    from mirror.parsers.m2fp.network.model import Network

# Ctrl-C reaches both, and is for the one who waits
_CHILD = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
from mirror.parsers.m2fp.graphs.export_process import serve
serve()
"""


def make_here(load: Callable[[], Network], key: ExportKey, path: Path) -> ExportAccuracy:
    """Make a graph in this process, which keeps much of the memory that it takes.

    Raises:
        PipelineError: see ``exporter.make``, and what loads the network.
    """
    from mirror.parsers.m2fp.graphs.exporter import (
        make,  # needs torch, which a graph that is there does not
    )

    return make(load(), key, path)


def make_in_process(load: Callable[[], Network], key: ExportKey, path: Path) -> ExportAccuracy:
    """Do as ``make_here``, in another process, which ends when this one does.

    Args:
        load: loads the network there: what it is bound to is copied.
        key: what the graph is of.
        path: where it goes.

    Raises:
        ExportRefused: the process was killed, for want of memory perhaps; else as ``make_here``.
    """
    if not sys.executable:  # Python within another program: there is nothing to start
        return make_here(load, key, path)
    # -P: what lies in the working directory is none of the child's modules
    command = [sys.executable, "-P", "-c", _CHILD]
    paths = os.pathsep.join(place for place in sys.path if place)
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": paths},
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            with contextlib.suppress(BrokenPipeError):  # it is dead: what it answered says so
                child.stdin.write(pickle.dumps((load, key, path)))
                child.stdin.flush()  # and left open: by its end the child knows ours
            told = child.stdout.read()
        except BaseException:
            child.kill()
            raise
    try:
        made = pickle.loads(told)
    except EOFError:
        raise ExportRefused(
            "graph.process_died",
            "{graph} cannot be made (the process that made it ended with {status}, for want "
            "of memory perhaps); close other programs, or use torch",
            graph=str(key),
            status=child.returncode,
        ) from None
    if isinstance(made, BaseException):
        raise made
    accuracy: ExportAccuracy = made
    return accuracy


def serve() -> None:
    """Be the other process: read what to make, make it, and write how like it is, or an error."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no part of the output
    load, key, path = pickle.load(sys.stdin.buffer)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    try:
        made: ExportAccuracy | Exception = make_here(load, key, path)
    except Exception as error:
        made = error
    with channel:
        pickle.dump(made, channel)


def _end_with_parent() -> None:
    os.read(0, 1)  # nothing comes but the end
    os._exit(1)
