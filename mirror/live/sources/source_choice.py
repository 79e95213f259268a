"""What a user can choose to look at, and how each is opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mirror.live.sources.media_player import Player
from pipeline.media.input_limits import USUAL_LIMITS, InputLimits
from pipeline.sources import Source
from pipeline.sources.camera import Camera, device_of
from pipeline.sources.network.address import named
from pipeline.sources.network.jpeg_camera import open_network
from pipeline.sources.network.url import NetworkCamera
from pipeline.sources.paced import Paced


@dataclass(frozen=True, slots=True)
class CameraChoice:
    """A camera on this machine.

    Attributes:
        device: its index, or the system's name for it.
        size: height and width to ask for; None leaves the choice to the camera.
        rate: frames a second to ask for; None leaves the choice to the camera.
    """

    device: int | str = 0
    size: tuple[int, int] | None = None
    rate: int | None = None

    @property
    def title(self) -> str:
        """What the window calls it."""
        return f"camera {self.device}"


@dataclass(frozen=True, slots=True)
class AddressChoice:
    """A camera or a recording on the network."""

    url: str

    @property
    def title(self) -> str:
        """The address without user name and password, which nobody is to read off the screen."""
        return named(self.url)


@dataclass(frozen=True, slots=True)
class FileChoice:
    """A video file, or a folder of pictures, played at its own pace.

    Attributes:
        path: the file.
        start_s: where to begin, in seconds of the file.
        paused: whether to wait on the first frame.
        speed: how many times as fast it plays.
        loops: whether the end is followed by the beginning.
    """

    path: Path
    start_s: float = 0.0
    paused: bool = False
    speed: float = 1.0
    loops: bool = True

    @property
    def title(self) -> str:
        """The file's name."""
        return self.path.name or str(self.path)


Choice = CameraChoice | AddressChoice | FileChoice
OpenSource = Callable[[Choice], Source]


def choice_of(text: str) -> Choice:
    """Return what a command line or an address field names: index, device, address or file."""
    text = text.strip()
    if (device := device_of(text)) is not None:
        return CameraChoice(device)
    if "://" in text:
        return AddressChoice(text)
    return FileChoice(Path(text).expanduser())


def are_same(one: Choice, other: Choice) -> bool:
    """Whether two choices name the same camera, address or file, however it is to be opened."""
    return _place(one) == _place(other)


def place_among(cameras: Sequence[int], choice: Choice | None) -> int | None:
    """Return which of some cameras, named by their indices, a choice is; None: it is none."""
    places = [
        place
        for place, index in enumerate(cameras)
        if choice is not None and are_same(CameraChoice(index), choice)
    ]
    return places[0] if places else None


def address_of(text: str) -> Choice:
    """Return what an address field names: an address may come without what it begins with."""
    choice = choice_of(text)
    if not isinstance(choice, FileChoice) or choice.path.exists():
        return choice
    host = text.strip().partition("/")[0]
    return AddressChoice(("rtsp://" if host.endswith(":554") else "http://") + text.strip())


def open_choice(choice: Choice, limits: InputLimits = USUAL_LIMITS) -> Source:
    """Open it. May take seconds: not for the GUI's thread.

    Raises:
        SourceError: it cannot be opened; says why, and what to do.
    """
    if isinstance(choice, CameraChoice):
        return Camera(choice.device, size=choice.size, rate=choice.rate)
    if isinstance(choice, AddressChoice):
        camera = open_network(choice.url, limits=limits)
        return (
            Paced(camera, is_live=True)
            if isinstance(camera, NetworkCamera) and camera.has_end
            else camera
        )
    return Player(
        choice.path,
        start_s=choice.start_s,
        paused=choice.paused,
        speed=choice.speed,
        loops=choice.loops,
        limits=limits,
    )


def _place(choice: Choice) -> str:
    if isinstance(choice, AddressChoice):
        return choice.url
    if isinstance(choice, FileChoice):
        return os.path.realpath(choice.path)
    # Linux calls the camera of an index so, and has links with longer names to it
    device = choice.device
    return os.path.realpath(f"/dev/video{device}" if isinstance(device, int) else device)
