"""What this machine has, and what this process takes of it."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import psutil


def cores() -> int:
    """Return how many cores this process may run on, not how many there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def step_back(by: int = 5) -> None:
    """Let other threads go before the calling one, where the system ranks threads (Linux)."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + by)


def free_memory_mb() -> int:
    """Return how much memory a new model copy could take without swapping."""
    return int(psutil.virtual_memory().available) >> 20


def total_memory_mb() -> int:
    """Return how much memory the machine has."""
    return int(psutil.virtual_memory().total) >> 20


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
