"""Renderers: chained, cached between consumers, beside the original."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest

from mirror.core.parsing import Parsing
from mirror.rendering.cached_renderer import CachedRenderer
from mirror.rendering.overlay import OverlayRenderer, Style, draw, painted, plan_drawing
from mirror.rendering.renderer import Chain
from mirror.rendering.scene_cuts import SceneCuts
from mirror.rendering.side_by_side import SideBySide
from pipeline.frame import Frame, planes_of

STYLE = Style(("#000000", "#ff0000"), outlines=False)


class Adding:
    """Makes a picture brighter, and notes how it is asked."""

    def __init__(self, levels: int) -> None:
        self._levels = levels
        self.frames: list[Frame] = []
        self.ends = 0

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        self.frames.append(frame)
        return frame.with_bgr(frame.bgr + np.uint8(self._levels))

    def end_scene(self) -> None:
        self.ends += 1


def frame_of(level: int, size: tuple[int, int] = (4, 6)) -> Frame:
    return Frame.from_bgr(np.full((*size, 3), level, np.uint8), 5.0, 7, Fraction(1, 30))


def nobody(frame: Frame) -> Parsing:
    return Parsing.undivided(np.zeros((frame.height, frame.width), np.uint8))


def somebody(frame: Frame) -> Parsing:
    return Parsing.undivided(np.pad(np.ones((frame.height - 16, frame.width - 16), np.uint8), 8))


def yuv_frame() -> Frame:
    noise = np.random.default_rng(1).integers(0, 256, (72, 64), np.uint8)
    return Frame(av.VideoFrame.from_ndarray(noise, format="yuv420p"), 5.0, 7, Fraction(1, 30), 2)


def test_each_of_a_chain_draws_on_what_the_one_before_has_made() -> None:
    frame, double = frame_of(10), Adding(5)
    drawn = Chain([Adding(1), double]).render(frame, nobody(frame))
    assert int(drawn.bgr[0, 0, 0]) == 16
    assert int(double.frames[0].bgr[0, 0, 0]) == 11
    assert int(frame.bgr[0, 0, 0]) == 10
    assert (drawn.pts, drawn.time_base, drawn.captured_at) == (7, Fraction(1, 30), 5.0)


def test_all_of_a_chain_are_told_that_a_scene_ends() -> None:
    renderers = [Adding(1), Adding(1)]
    Chain(renderers).end_scene()
    assert [one.ends for one in renderers] == [1, 1]


def test_a_picture_that_several_consumers_want_is_drawn_once() -> None:
    inner = Adding(1)
    cached = CachedRenderer(inner)
    frames = [frame_of(1), frame_of(2)]
    for frame in frames:
        parsing = nobody(frame)
        assert cached.render(frame, parsing) is cached.render(frame, parsing)
    assert inner.frames == frames


def test_another_parsing_of_the_same_frame_is_another_picture() -> None:
    inner, frame = Adding(1), frame_of(1)
    cached = CachedRenderer(inner)
    cached.render(frame, nobody(frame))
    cached.render(frame, nobody(frame))
    assert len(inner.frames) == 2


def test_after_the_end_of_a_scene_a_picture_is_drawn_anew() -> None:
    inner, frame = Adding(1), frame_of(1)
    cached, parsing = CachedRenderer(inner), nobody(frame)
    cached.render(frame, parsing)
    cached.end_scene()
    cached.render(frame, parsing)
    assert (inner.ends, len(inner.frames)) == (1, 2)


def test_a_cut_ends_the_scene_once_before_its_frame() -> None:
    inner, frames, cuts = Adding(1), [frame_of(1), frame_of(2), frame_of(3)], [False, True, False]
    ends = []
    renderer = SceneCuts(inner, lambda: cuts[frames.index(frame)])
    for frame in frames:
        for _ in range(2):  # two consumers
            renderer.render(frame, nobody(frame))
            ends.append(inner.ends)
    assert ends == [0, 0, 1, 1, 1, 1]
    renderer.end_scene()
    assert inner.ends == 2


def test_an_overlay_is_painted_into_the_frames_own_planes() -> None:
    frame = yuv_frame()
    parsing = somebody(frame)
    drawn = OverlayRenderer(STYLE).render(frame, parsing)
    expected = painted(frame, plan_drawing(parsing, STYLE))
    assert (drawn.pixel_format, drawn.pts, drawn.duration) == ("yuv420p", 7, 2)
    for ours, theirs, source in zip(
        planes_of(drawn.picture), planes_of(expected), planes_of(frame.picture), strict=True
    ):
        assert np.array_equal(ours, theirs)
        assert not np.array_equal(ours, source)


def test_an_overlay_on_an_image_is_that_image_drawn_on() -> None:
    frame = frame_of(40, (48, 64))
    parsing = somebody(frame)
    drawn = OverlayRenderer(STYLE).render(frame, parsing)
    assert np.array_equal(drawn.bgr, draw(frame.bgr, parsing, STYLE))
    assert np.array_equal(planes_of(drawn.picture)[0], drawn.bgr)
    assert int(frame.bgr.max()) == 40


def test_where_nobody_is_the_frame_itself_goes_out() -> None:
    frame = yuv_frame()
    assert OverlayRenderer(STYLE).render(frame, nobody(frame)) is frame


@pytest.mark.parametrize("size", [(4, 6), (5, 7)])
def test_the_original_is_to_the_left_of_what_was_drawn(size: tuple[int, int]) -> None:
    frame, inner = frame_of(10, size), Adding(5)
    pair = SideBySide(inner)
    drawn = pair.render(frame, nobody(frame))
    half = drawn.width // 2
    assert (drawn.height, half) == (4, 6) if size == (4, 6) else (6, 8)
    assert (set(np.unique(drawn.bgr[:, :half])), set(np.unique(drawn.bgr[:, half:]))) == (
        {10},
        {15},
    )
    assert drawn.pts == 7
    pair.end_scene()
    assert inner.ends == 1
