"""What this process may have of the machine, and what it takes of it."""

from __future__ import annotations

import functools
import math
import os
import sys
import threading
import time
from pathlib import Path

import psutil

from mirror.core import cgroup


@functools.cache
def cores() -> int:
    """Return how many cores this process may keep busy, not how many there are.

    A part of one, as a container may be given, counts as one.
    """
    may_run_on = os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        may_run_on = len(os.sched_getaffinity(0))
    share = cgroup.share().cores
    return may_run_on if share is None else max(1, min(may_run_on, math.ceil(share)))


def step_back(by: int = 5) -> None:
    """Let other threads go before the calling one, where the system ranks threads (Linux)."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + by)


def free_memory_mb() -> int:
    """Return how much memory a new model copy could take without swapping, or being killed."""
    available, share = int(psutil.virtual_memory().available), cgroup.share().free_memory
    return (available if share is None else min(available, share)) >> 20


def total_memory_mb() -> int:
    """Return how much memory this process may have at most."""
    total, share = int(psutil.virtual_memory().total), cgroup.share().memory
    return (total if share is None else min(total, share)) >> 20


def cpu_seconds() -> float:
    """Return the CPU time of this process so far, over all its threads."""
    return time.process_time()


def memory_mb() -> int:
    """Return the memory that this process holds now."""
    return int(psutil.Process().memory_info().rss) >> 20


def peak_memory_mb() -> int:
    """Return the most memory that this process has held at once."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset) >> 20
    if sys.platform == "linux":
        # getrusage would count what the process that started this one held
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) >> 10
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak >> 20 if sys.platform == "darwin" else peak >> 10  # macOS counts bytes, not kB
