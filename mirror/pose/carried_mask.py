"""A mask that stays on the body where it goes: each frame's is held against the one before it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.pose.landmark_network import CERTAIN, PoseEstimate
from mirror.tracking.crop import SIDE, Crop
from pipeline.frame import BGR

_HOLDS_S = 0.08  # how long the past counts where the picture shows what it showed then
_LOOKS_ALIKE = 20.0  # grey levels: the difference at which that weight has fallen to 37 %
_WINDOW = (5, 5)  # pixels of the square over which a difference is averaged
_HOLDS_ALIKE_S = 0.2  # how long the past counts where past and present agree anyway
_AGREES = 1.5  # logits: the difference at which that weight has fallen to 37 %
_FORGETS_S = 0.8  # after which it has no weight worth looking for it

_MOVES = 0.5  # calm below which something of a body clearly moves, so that its past moved with it
_NOBODY = -3.0  # logits below which a pixel is nobody's, then or now
_MARGIN = 12  # pixels of the square round the person: what is there now came from somewhere
_SLIDES = 12.0  # pixels of the square that its corners may be off, which the flow finds as well
# DIS flow (Kroeger et al., "Fast Optical Flow using Dense Inverse Search", ECCV 2016), between
# OpenCV's presets: edges of limbs are lost at half of this resolution; patches that overlap more
# and more steps cost half as much again, and change no clip's figures by a tenth of a per cent
_FINEST, _STRIDE, _STEPS = 1, 5, 12
_LEAST_SIDE = 32  # pixels: DIS crashes on longer pictures that are narrower

Logits = NDArray[np.float32]
Region = tuple[slice, slice]  # rows and columns

_PLACES = np.dstack(np.meshgrid(*2 * [np.arange(SIDE, dtype=np.float32)]))  # x and y of each pixel
_CORNERS = np.array([(x, y, 1) for x in (0, SIDE - 1) for y in (0, SIDE - 1)], np.float64)
_ALIKE = np.exp(-np.square(np.arange(256) / _LOOKS_ALIKE)).astype(np.float32)  # by grey levels


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What is remembered of the frame before: the square, what it showed, and the mask."""

    crop: Crop
    square: BGR
    mask: Logits


@dataclass(frozen=True, slots=True, eq=False)
class FineMotion:
    """Where the pixels of a person's square were in the frame before: finer than ``Motion``.

    Attributes:
        crop: the square.
        before: the square of the frame before.
        region: of the square, what is known.
        origins: (rows, columns, 2) float32: x and y in the square before, of each pixel there.
    """

    crop: Crop
    before: Crop
    region: Region
    origins: NDArray[np.float32]

    def origins_of(
        self, xs: NDArray[np.float32], ys: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return x and y, each (rows, columns), where the points of a grid were.

        Args:
            xs: (columns,) in pixels of the frame, as all here.
            ys: (rows,).
        """
        rows, columns = self.region
        matrix = self.crop.from_image.astype(np.float32)
        matrix[:, 2] -= (columns.start, rows.start)
        x, y = _placed(matrix, xs[None, :], ys[:, None])
        was = cv2.remap(self.origins, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return _placed(self.before.to_image.astype(np.float32), was[..., 0], was[..., 1])


class CarriedMask:
    """Blends one person's mask with its own past, where the picture shows the same as then.

    The network loses a leg for a frame or two, or takes somebody in the background for an arm. Of
    whoever moves, every pixel is looked for in the frame before; where the picture is the same
    there, the mask most likely was, too. What comes into view has no past, and nothing of a mask
    stays behind. Of somebody who is still, pixels are where they were; so the edge of a still body
    stands still. Frames in order; one thread.

    Attributes:
        motion: of whoever moves, since the frame before; None where it was not looked for.
    """

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        self._flow.setFinestScale(_FINEST)
        self._flow.setPatchStride(_STRIDE)
        self._flow.setGradientDescentIterations(_STEPS)
        self._flow.setVariationalRefinementIterations(0)
        self._last: _Seen | None = None
        self.motion: FineMotion | None = None

    def __call__(
        self, estimate: PoseEstimate, square: BGR, calm: float, elapsed_s: float
    ) -> Logits:
        """Return the (256, 256) logits, from -6 to 6, of the estimate's square, with its past.

        Args:
            estimate: what was seen of the person in this frame.
            square: (256, 256, 3) uint8, in which it was seen. Read only; kept until the next call.
            calm: 0-1, how still the person is; see ``PersonCrop``.
            elapsed_s: since the last call.
        """
        now = _Seen(estimate.crop, square, estimate.mask.copy())
        last, self._last, self.motion = self._last, now, None
        if last is not None and 0 < elapsed_s < _FORGETS_S:
            self._blend(now, last, calm < _MOVES, elapsed_s)
        return now.mask

    def _blend(self, now: _Seen, last: _Seen, moves: bool, elapsed_s: float) -> None:
        """Change a mask where its past has something to say."""
        before = _in_square(last, now.crop, _SLIDES if moves else 0.0)
        region = _round_somebody(cv2.max(before.mask, now.mask))
        if region is None:
            return
        was, looked = before.mask[region], before.square[region]
        if moves:
            was, looked = self._carried(before, now, region)
        apart = _apart(now.square[region], looked)
        change = was - now.mask[region]
        weight = cv2.LUT(apart, _ALIKE * np.float32(np.exp(-elapsed_s / _HOLDS_S)))
        agreed = cv2.exp(np.square(change * np.float32(1 / _AGREES)) * np.float32(-1))
        agreed *= np.float32(np.exp(-elapsed_s / _HOLDS_ALIKE_S))
        change *= cv2.max(weight, agreed)
        now.mask[region] += change

    def _carried(self, before: _Seen, now: _Seen, region: Region) -> tuple[Logits, BGR]:
        """The mask and the picture before, each pixel from where it was."""
        shown, looked = (
            cv2.cvtColor(picture[region], cv2.COLOR_BGR2GRAY)
            for picture in (now.square, before.square)
        )
        origins = self._flow.calc(shown, looked, None)
        origins += _PLACES[region]
        self.motion = FineMotion(now.crop, before.crop, region, origins)
        was = cv2.remap(
            before.mask,
            origins,
            None,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=float(-CERTAIN),
        )
        looked = cv2.remap(
            before.square, origins, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(was, np.float32), np.asarray(looked, np.uint8)


def _in_square(seen: _Seen, crop: Crop, slack: float) -> _Seen:
    """What was seen in one square, in another; as it is where no corner is off by more pixels."""
    matrix = seen.crop.from_image @ np.vstack([crop.to_image, [0, 0, 1]])
    if np.abs(_CORNERS @ matrix.T - _CORNERS[:, :2]).max() <= slack:
        return seen
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = (SIDE, SIDE)
    mask = cv2.warpAffine(seen.mask, matrix, size, flags=flags, borderValue=float(-CERTAIN))
    square = cv2.warpAffine(seen.square, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return _Seen(crop, np.asarray(square, np.uint8), np.asarray(mask, np.float32))


def _placed(
    matrix: NDArray[np.float32], x: NDArray[np.float32], y: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Points taken somewhere by a (2, 3) matrix."""
    (xx, xy, x0), (yx, yy, y0) = matrix
    return xx * x + xy * y + x0, yx * x + yy * y + y0


def _apart(one: BGR, other: BGR) -> NDArray[np.uint8]:
    """How many grey levels two pictures are apart round each pixel, in the farthest channel."""
    apart = cv2.absdiff(one, other)
    most = cv2.max(cv2.max(apart[..., 0], apart[..., 1]), apart[..., 2])
    return np.asarray(cv2.blur(most, _WINDOW), np.uint8)


def _round_somebody(mask: Logits) -> Region | None:
    """Rows and columns of a square round whoever is in it; None: nobody is."""
    x, y, width, height = cv2.boundingRect((mask > _NOBODY).view(np.uint8))
    if width == 0:
        return None
    return _with_margin(y, height), _with_margin(x, width)


def _with_margin(start: int, length: int) -> slice:
    first, last = max(0, start - _MARGIN), min(SIDE, start + length + _MARGIN)
    first = min(first, SIDE - _LEAST_SIDE)
    return slice(first, max(last, first + _LEAST_SIDE))
