"""What the control groups that this process is in may have of the machine: a container's share.

Linux, version 1 and version 2; elsewhere there are none. A group is limited by all above it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_UNLIMITED = 1 << 60  # version 1 writes the largest number there is


@dataclass(frozen=True, slots=True)
class Share:
    """What is left for this process by all groups that it is in; None where none limits it.

    Attributes:
        cores: CPU seconds a second.
        memory: bytes in all.
        free_memory: bytes that can still be taken; what caches hold is given back.
    """

    cores: float | None = None
    memory: int | None = None
    free_memory: int | None = None


def share(root: Path = Path("/")) -> Share:
    """Return what this process may have, as it is now.

    Args:
        root: where ``proc`` and ``sys`` lie.
    """
    cores = [limit for group in _groups(root, "cpu") for limit in _cores(group)]
    memory = [limit for group in _groups(root, "memory") for limit in _memory(group)]
    return Share(
        cores=min(cores, default=None),
        memory=min((limit for limit, _ in memory), default=None),
        free_memory=min((max(0, limit - used) for limit, used in memory), default=None),
    )


def _groups(root: Path, controller: str) -> Iterator[Path]:
    """The folders of the groups that a controller, or all of version 2, puts this process into."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    mounted = root / "sys/fs/cgroup"
    for line in lines:
        _, names, path = line.split(":", 2)
        if not names:
            bases = [mounted, mounted / "unified"]
        elif controller in names.split(","):
            bases = [mounted / names, mounted / controller]
        else:
            continue
        for base in bases:
            inner = base / path.strip("/")
            # within a container the path may be that outside of it: then only the base is there
            yield from (group for group in (inner, *inner.parents) if group.is_relative_to(base))


def _cores(group: Path) -> Iterator[float]:
    words = _words(group / "cpu.max") or (
        _words(group / "cpu.cfs_quota_us") + _words(group / "cpu.cfs_period_us")
    )
    match [int(word) for word in words if word.isdecimal()]:  # neither "max" nor -1
        case [quota, period] if quota and period:
            yield quota / period


def _memory(group: Path) -> Iterator[tuple[int, int]]:
    """Limits of a group, each with what the group uses, in bytes."""
    for limit_file, used_file, cached in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.high", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        limit, used = _words(group / limit_file), _words(group / used_file)
        if limit and limit[0].isdecimal() and int(limit[0]) < _UNLIMITED:
            held = int(used[0]) if used and used[0].isdecimal() else 0
            yield int(limit[0]), max(0, held - _statistic(group, cached))


def _statistic(group: Path, name: str) -> int:
    words = _words(group / "memory.stat")
    known = dict(zip(words[::2], words[1::2], strict=False))
    return int(known.get(name, "0"))


def _words(file: Path) -> tuple[str, ...]:
    try:
        return tuple(file.read_text().split())
    except OSError:
        return ()
