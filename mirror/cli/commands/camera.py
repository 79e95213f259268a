"""Open the window on a camera, an address or a file; the default without a command.

mirror                                       the camera chosen last; the first time a start page
mirror camera 1                              another
mirror camera rtsp://user:password@10.0.0.7/stream
mirror squats.mp4                            a file needs no command
mirror camera --coach squat                  counts, and shows what to do better
mirror camera --vmc 127.0.0.1                moves an avatar in VSeeFace, Warudo and others
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path

from mirror.cli.diagnosis import WINDOW_LIBRARIES, library_loads
from mirror.cli.flags import (
    add_job_flags,
    add_overlay_flags,
    add_parser_flags,
    config_of,
    name,
)
from mirror.core.errors import MirrorError
from mirror.core.label_set import label_set
from mirror.jobs.coaching import coaching_of
from mirror.jobs.composition import check_with_coach, drawing_of, style_of
from mirror.jobs.stream_job import StreamJob
from mirror.process import termination
from pipeline.targets.path import is_there

FIRST_TIME = "--first-time"  # what mirror alone is short for
# The label sets of the parsers that come with it; another's parts are known when it is loaded
_PARTS_OF = {"built-in": "built-in", "m2fp": "cihp", "m2fp-single": "lip"}


class WindowNotUsable(MirrorError):
    """Qt is not installed, or cannot be loaded."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to look at, and how."""
    parser.add_argument(
        "source",
        metavar="SOURCE",
        nargs="?",
        type=name,
        help="an index, a device, an address or a file (the camera chosen last, or 0)",
    )
    parser.add_argument(FIRST_TIME, action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--coach",
        metavar="NAME|auto",
        type=name,
        help="count repetitions and show them: an exercise, its file, or auto",
    )
    add_job_flags(parser, StreamJob, "vmc", "vmc_calibration")
    add_parser_flags(parser)
    add_overlay_flags(parser)


def run(options: argparse.Namespace) -> int:
    """Show the window until it is closed."""
    config = config_of(options)
    if options.coach is not None:
        coaching_of(options.coach)  # says at once, and here, what is wrong with it
        check_with_coach(config.overlay)
    if options.vmc is not None:
        _check_avatar(options.vmc)
    if config.overlay.effects and (known := _PARTS_OF.get(config.parser.name)):
        parts = label_set(known)
        drawing_of(style_of(parts, config.overlay), parts, config.overlay)  # says what is wrong
    check_window(options.source)
    with termination.nothing_to_lose():
        import cv2  # before Qt, so that both use the libraries that OpenCV brings

        from mirror.live.session.avatar_link import AvatarTarget
        from mirror.live.sources.source_choice import choice_of
        from mirror.window.app import run as run_window

    cv2.setNumThreads(1)  # the parser's workers and the painter are threads enough
    choice = None if options.source is None else choice_of(options.source)
    avatar = None
    if options.vmc is not None:
        avatar = AvatarTarget(options.vmc, options.vmc_calibration or "auto")
    return run_window(config, choice, options.coach, options.first_time, avatar)


def check_window(source: str | None = None) -> None:
    """Refuse to open a window where none can be.

    Args:
        source: what was to be looked at, to say what can be done with it without a window.

    Raises:
        WindowNotUsable: Qt or a screen is missing; says what to do.
    """
    try:
        from PyQt5 import QtWidgets  # noqa: F401
    except ImportError as error:
        raise WindowNotUsable(
            "window.not_installed",
            "the window needs PyQt5 ({reason}): pip install 'smart-mirror[window]'; on a "
            "Raspberry Pi: apt-get install python3-pyqt5. If it is installed, mirror doctor "
            "names the libraries that are missing. {hint}",
            reason=str(error),
            hint=_without_window(source),
        ) from error
    if sys.platform.startswith("linux") and not _has_display():
        raise WindowNotUsable(
            "window.no_screen",
            "there is no screen to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is "
            "set); run it on the desktop itself, or use ssh -X. {hint}",
            hint=_without_window(source),
        )
    missing = [package for name, package in WINDOW_LIBRARIES.items() if not library_loads(name)]
    if sys.platform.startswith("linux") and missing and not os.environ.get("QT_QPA_PLATFORM"):
        # Qt itself would end the process
        raise WindowNotUsable(
            "window.libraries_missing",
            "Qt lacks libraries to open a window with; apt-get install {packages}",
            packages=" ".join(missing),
        )


def _check_avatar(address: str) -> None:
    """Say at once, and here, what is wrong with an avatar's address."""
    from mirror.outputs.vmc.vmc_sender import VmcSender  # few runs need it

    VmcSender(address).close()


def _without_window(source: str | None) -> str:
    name = source if source is not None and is_there(Path(source)) else "clip.mp4"
    return f"Files need no window: mirror video {shlex.quote(name)}"


def _has_display() -> bool:
    wanted = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(os.environ.get(name) for name in wanted)
