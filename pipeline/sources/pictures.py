"""A folder of pictures, as the frames of a film."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.error

from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.media.input_limits import MEGA, USUAL_LIMITS, InputLimits
from pipeline.media.opening import open_file
from pipeline.sources import Footage
from pipeline.sources.container.frame_counts import FrameCounts
from pipeline.sources.container.rotation import RotationFilter
from pipeline.sources.managed_source import ClosableSource

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm")


class PictureFolder(ClosableSource):
    """The pictures in a folder, in the order of their names, numbers counted as numbers.

    Opening decodes the first. What cannot be read later on is skipped and counted, and its time
    passes, so that what follows stays where it was. Pipes, devices and folders that are called
    like pictures are none.

    Args:
        path: of the folder.
        rate: pictures a second.
        clock: monotonic seconds.
        start_s: seconds before which no picture is delivered.
        limits: what is refused unread.

    Attributes:
        is_live: False: nothing is dropped.
        footage: what there is to say of them; the first picture's size.

    Raises:
        SourceError: there is no picture in the folder, or the first cannot be read.
    """

    is_live = False

    def __init__(
        self,
        path: Path,
        rate: Fraction = Fraction(30),
        clock: Callable[[], float] = time.monotonic,
        start_s: float = 0.0,
        limits: InputLimits = USUAL_LIMITS,
    ) -> None:
        self._clock, self._limits = clock, limits
        self._start = math.ceil(start_s * rate - 1e-6)  # a time is a number over a rate, rounded
        self._closed = False
        self._unreadable: list[str] = []
        self._seen = 0
        self._files = pictures_in(path)
        first = decoded(self._files[0], limits)
        self.footage = Footage(
            height=first.height,
            width=first.width,
            time_base=1 / rate,
            rate=rate,
            frames=len(self._files),
            color_range=int(first.color_range),
            colorspace=int(first.colorspace),
        )

    def __iter__(self) -> Iterator[Frame]:
        """Yield every picture that can be read; its number times a frame's duration is its time."""
        for number, path in enumerate(self._files[self._start :], self._start):
            if self._closed:
                return
            self._seen += 1
            try:
                picture = decoded(path, self._limits)
            except SourceError:
                self._unreadable.append(path.name)
                continue
            yield Frame(picture, self._clock(), number, self.footage.time_base, 1)

    def close(self) -> None:
        """End the iteration at the next picture."""
        self._closed = True

    @property
    def counts(self) -> FrameCounts:
        """How many pictures there are, and what came of them; complete when the iteration is."""
        wanted = len(self._files) - self._start
        return FrameCounts(promised=wanted, read=self._seen, damaged=len(self._unreadable))

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was wrong with the pictures; complete when the iteration is."""
        if not self._unreadable:
            return ()
        shown = ", ".join(self._unreadable[:3]) + (" …" if len(self._unreadable) > 3 else "")
        return (f"{len(self._unreadable)} pictures could not be read and were skipped: {shown}",)


def pictures_in(folder: Path) -> list[Path]:
    """Return a folder's pictures, in the order of their names, numbers counted as numbers.

    Raises:
        SourceError: it may not be read, or has none.
    """
    try:
        files = [
            entry
            for entry in folder.iterdir()
            if entry.suffix.lower() in SUFFIXES and entry.is_file()
        ]
    except OSError as error:
        raise SourceError(
            "source.not_permitted", "{path} may not be read; check its permissions", path=folder
        ) from error
    if not files:
        raise SourceError(
            "folder.no_pictures",
            "{path} has no pictures in it ({endings}); name another folder",
            path=folder,
            endings=", ".join(SUFFIXES),
        )
    return sorted(files, key=_natural)


def _natural(path: Path) -> list[tuple[int, str]]:
    """A key by which frame-9 comes before frame-10."""
    return [
        (int(piece), "") if piece.isdecimal() else (0, piece)  # ² is a digit, but no number
        for piece in re.split(r"(\d+)", path.name)
    ]


def decoded(path: Path, limits: InputLimits = USUAL_LIMITS) -> av.VideoFrame:
    """Return a file's picture, upright.

    Raises:
        SourceError: it is none that can be read.
    """
    try:
        with open_file(path, limits) as container:
            picture = next(container.decode(video=0), None)
    except FileNotFoundError:
        raise SourceError("source.not_found", "{path} does not exist", path=path) from None
    except PermissionError as error:
        raise SourceError(
            "source.not_permitted", "{path} may not be read; check its permissions", path=path
        ) from error
    except av.error.ArgumentError as error:  # what FFmpeg says of one that is too large
        raise SourceError(
            "picture.damaged",
            "{path} is not a picture that can be read (it is damaged, or over the limit of "
            "{limit:g} megapixels)",
            path=path,
            limit=limits.pixels / MEGA,
        ) from error
    except (av.error.FFmpegError, OSError, ValueError, IndexError) as error:
        reason = getattr(error, "strerror", None) or error
        raise SourceError(
            "picture.not_readable",
            "{path} is not a picture that can be read ({reason})",
            path=path,
            reason=str(reason),
        ) from error
    if picture is None:
        raise SourceError(
            "picture.empty", "{path} is not a picture that can be read (no image in it)", path=path
        )
    return RotationFilter(round(picture.rotation))(picture)
