"""What is installed, found and broken on this machine, and what to do about each."""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Literal

from mirror.cli.dependencies import EXTRAS, REQUIRED, package_of, remedy_for
from mirror.cli.error_words import worded

Status = Literal["ok", "missing", "broken"]

# What PyQt5's wheel loads and bare Debian lacks: its xcb platform plugin links against these.
# `ldd .../PyQt5/Qt5/plugins/platforms/libqxcb.so` shows them; the right side is Debian's package.
WINDOW_LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: its name, as a user knows it.
        status: ``missing`` costs a feature that is optional; ``broken`` breaks what is installed.
        seen: what was found, such as a version.
        remedy: what to do; empty when all is well.
    """

    what: str
    status: Status
    seen: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Yield every finding, whatever is missing; those that take long, such as cameras, last."""
    yield from _as_far_as_possible("cores and memory", _system)
    yield from _packages(_installed_version, _import_failure)
    yield _opencv_conflict(_installed_version)
    yield from _as_far_as_possible("FFmpeg (in PyAV)", _codecs)
    yield from _as_far_as_possible("weights", _weights)
    yield from _as_far_as_possible("checkpoints", _checkpoints)
    yield from _window_libraries(library_loads)
    yield from _as_far_as_possible("cameras", _cameras)


def _as_far_as_possible(what: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Look at something; what cannot be looked at for want of a package is said to be so."""
    try:
        yield from look()
    except ImportError as error:
        package = package_of(error.name or "")
        remedy = remedy_for(package) if package else "see what is broken above"
        yield Finding(what, "broken", f"cannot be looked at without {package}", remedy)


def _system() -> Iterator[Finding]:
    yield Finding("Python", "ok", f"{platform.python_version()} on {platform.platform(terse=True)}")
    from mirror.core import machine

    yield Finding("cores", "ok", f"{machine.cores()} of {os.cpu_count()} usable")
    free_mb = machine.free_memory_mb()
    enough = free_mb >= 600  # the built-in parser with two workers on 720p video peaks below that
    yield Finding(
        "memory",
        "ok" if enough else "broken",
        f"{free_mb} of {machine.total_memory_mb()} MB free",
        "" if enough else "close other programs, or use --workers 1",
    )


def _packages(
    version_of: Callable[[str], str | None],
    failure_of: Callable[[str, bool], str | None] = lambda _module, _is_required: None,
) -> Iterator[Finding]:
    for name, module in REQUIRED.items():
        version, failure = version_of(name), failure_of(module, True)
        if version is None:
            yield Finding(name, "broken", "not installed", f"pip install {name}")
        elif failure is not None:
            remedy = f"pip install --force-reinstall {name}"
            yield Finding(name, "broken", f"{version} cannot be loaded: {failure}", remedy)
        else:
            yield Finding(name, "ok", version)
    for name, extra in EXTRAS.items():
        versions = {package: version_of(package) for package in extra.packages}
        absent = [
            package
            for package, module in extra.packages.items()
            if versions[package] is None or failure_of(module, False) is not None
        ]
        if absent:
            seen = f"without {', '.join(absent)}"
            remedy = f"for {extra.use}: pip install 'smart-mirror[{name}]'"
            yield Finding(f"[{name}]", "missing", seen, remedy)
        else:
            seen = ", ".join(f"{package} {version}" for package, version in versions.items())
            yield Finding(f"[{name}]", "ok", seen)


def _import_failure(module: str, is_required: bool) -> str | None:
    """Why a module cannot be used; what is optional is large, and is looked for only."""
    try:
        if is_required:
            importlib.import_module(module)
        elif importlib.util.find_spec(module) is None:
            return "not found"
    except Exception as error:  # a package that is half there may raise anything
        return str(error) or type(error).__name__
    return None


def _opencv_conflict(version_of: Callable[[str], str | None]) -> Finding:
    """Two builds of OpenCV overwrite one another's files, and those with Qt break PyQt5."""
    others = ("opencv-python", "opencv-contrib-python", "opencv-contrib-python-headless")
    beside = [name for name in others if version_of(name)]
    if not beside:
        return Finding("OpenCV builds", "ok", "one, without a Qt of its own")
    return Finding(
        "OpenCV builds",
        "broken",
        f"{', '.join(beside)} beside opencv-python-headless",
        f"pip uninstall -y {' '.join(beside)} opencv-python-headless && "
        "pip install opencv-python-headless",
    )


def _codecs() -> Iterator[Finding]:
    import av

    libraries = ", ".join(
        f"{name[3:]} {'.'.join(map(str, version))}"
        for name, version in sorted(av.library_versions.items())
        if name in ("libavcodec", "libavformat")
    )
    yield Finding("FFmpeg (in PyAV)", "ok", libraries)
    for codec, use in (("libx264", "H.264"), ("libx265", "H.265"), ("libvpx-vp9", "VP9")):
        found = codec in av.codecs_available
        remedy = "" if found else f"for {use} output: pip install --force-reinstall av"
        yield Finding(codec, "ok" if found else "missing", use if found else "not built in", remedy)


def _weights() -> Iterator[Finding]:
    from mirror import weights

    for name in weights.NAMES:
        try:
            size = weights.verify(name).stat().st_size
        except weights.WeightsBroken as error:
            yield Finding(name, "broken", "damaged or missing", worded(error))
        else:
            yield Finding(name, "ok", f"{size / 1e6:.1f} MB, checksum right")


def _checkpoints() -> Iterator[Finding]:
    from mirror.parsers.m2fp.checkpoint import hub
    from mirror.parsers.m2fp.checkpoint.cache_folder import cache_root

    for name in hub.PUBLISHED:
        try:
            folder = hub.find_checkpoint(name, cache_root())
        except hub.CheckpointMissing:
            yield Finding(name, "missing", "no checkpoint", f"mirror models download {name}")
        else:
            yield Finding(name, "ok", str(folder))


def _window_libraries(loads: Callable[[str], bool]) -> Iterator[Finding]:
    if not sys.platform.startswith("linux"):
        return
    missing = [package for library, package in WINDOW_LIBRARIES.items() if not loads(library)]
    if not missing:
        yield Finding("libraries for a window", "ok", "all there")
        return
    yield Finding(
        "libraries for a window",
        "missing",
        f"{len(missing)} of {len(WINDOW_LIBRARIES)} missing; only a window needs them",
        f"apt-get install {' '.join(missing)}",
    )


def _cameras() -> Iterator[Finding]:
    from pipeline.sources.camera import list_cameras

    cameras = list(list_cameras())
    if not cameras:
        yield Finding("cameras", "missing", "none found", "plug one in; files work without")
    for camera in cameras:
        yield Finding(f"camera {camera.index}", "ok", camera.name)


def _installed_version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def library_loads(name: str) -> bool:
    """Return whether the system finds a shared library, and all that it needs."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def broken(findings: Iterable[Finding]) -> list[Finding]:
    """Return what stops something installed from working."""
    return [finding for finding in findings if finding.status == "broken"]
