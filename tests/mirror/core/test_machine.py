"""What a container may have, read from files as the kernel writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mirror.core import cgroup, machine
from mirror.core.cgroup import Share

GB = 1 << 30


def kernel(root: Path, groups: str, files: dict[str, str]) -> Path:
    """A root folder with this process's groups and their files."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(groups)
    for name, content in files.items():
        path = root / "sys/fs/cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def test_version_2_says_what_a_container_may_have(tmp_path: Path) -> None:
    root = kernel(
        tmp_path,
        "0::/\n",
        {
            "cpu.max": "150000 100000\n",
            "memory.max": f"{2 * GB}\n",
            "memory.high": "max\n",
            "memory.current": f"{GB}\n",
            "memory.stat": f"anon 5\nactive_file 7\ninactive_file {GB // 4}\n",
        },
    )
    assert cgroup.share(root) == Share(1.5, 2 * GB, GB + GB // 4)


def test_the_narrowest_of_all_groups_counts(tmp_path: Path) -> None:
    root = kernel(
        tmp_path,
        "0::/user.slice/shell\n",
        {
            "user.slice/shell/cpu.max": "max 100000\n",
            "user.slice/cpu.max": "200000 100000\n",
            "user.slice/shell/memory.max": f"{4 * GB}\n",
            "user.slice/shell/memory.current": "0\n",
            "user.slice/memory.high": f"{8 * GB}\n",
            "user.slice/memory.current": f"{7 * GB}\n",
        },
    )
    assert cgroup.share(root) == Share(2.0, 4 * GB, GB)


def test_version_1_says_it_in_other_files(tmp_path: Path) -> None:
    root = kernel(
        tmp_path,
        "5:cpu,cpuacct:/docker/a\n4:memory:/docker/a\n1:name=systemd:/docker/a\n0::/\n",
        {
            "cpu,cpuacct/docker/a/cpu.cfs_quota_us": "50000\n",
            "cpu,cpuacct/docker/a/cpu.cfs_period_us": "100000\n",
            "memory/docker/a/memory.limit_in_bytes": f"{GB}\n",
            "memory/docker/a/memory.usage_in_bytes": f"{GB // 2}\n",
            "memory/docker/a/memory.stat": f"cache 9\ntotal_inactive_file {GB // 4}\n",
            "memory/memory.limit_in_bytes": "9223372036854771712\n",
            "unified/cgroup.procs": "1\n",
        },
    )
    assert cgroup.share(root) == Share(0.5, GB, 3 * GB // 4)


def test_a_path_from_outside_of_the_container_is_that_of_its_root(tmp_path: Path) -> None:
    root = kernel(
        tmp_path,
        "2:cpu:/kubepods/pod1/c\n3:memory:/kubepods/pod1/c\n",
        {
            "cpu/cpu.cfs_quota_us": "300000\n",
            "cpu/cpu.cfs_period_us": "100000\n",
            "memory/memory.limit_in_bytes": f"{GB}\n",
            "memory/memory.usage_in_bytes": f"{2 * GB}\n",
        },
    )
    assert cgroup.share(root) == Share(3.0, GB, 0)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"cpu.max": "max 100000\n", "memory.max": "max\n"},
        {"cpu.max": "", "memory.max": "?"},
        {"cpu.cfs_quota_us": "-1\n", "cpu.cfs_period_us": "100000\n"},
        {"cpu.cfs_quota_us": "100000\n"},
    ],
)
def test_no_limit_is_none(tmp_path: Path, files: dict[str, str]) -> None:
    assert cgroup.share(kernel(tmp_path, "0::/\n", files)) == Share()


def test_elsewhere_there_are_no_groups(tmp_path: Path) -> None:
    assert cgroup.share(tmp_path) == Share()


def test_a_process_has_no_more_than_its_group(monkeypatch: pytest.MonkeyPatch) -> None:
    machine.cores.cache_clear()
    monkeypatch.setattr(cgroup, "share", lambda: Share(0.5, 64 << 20, 32 << 20))
    try:
        assert machine.cores() == 1
        assert (machine.total_memory_mb(), machine.free_memory_mb()) == (64, 32)
    finally:
        machine.cores.cache_clear()
