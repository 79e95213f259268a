"""Parsing pictures and videos in a program, with a parser that reads a number off the pixels."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import clip
import cv2
import numpy as np
import pytest
from media import level as level_of
from media import numbers_in, picture_folder, write_video
from numpy.typing import NDArray

import mirror
from mirror.api.errors import ImageRefused
from mirror.api.options import ParserOptions
from mirror.core.settings import ConfigError, ParserConfig
from mirror.parsers.custom import ParserNotUsable
from pipeline.errors import CameraNotFound, PoolClosed, SourceError
from pipeline.frame import BGR


def level() -> Callable[[BGR], NDArray[np.integer]]:
    """A parser whose label map is the number that ``media.level`` turned into a grey."""

    def parse(image: BGR) -> NDArray[np.integer]:
        height, width = image.shape[:2]
        return np.full((height, width), round((float(image.mean()) - 30) / 20))

    return parse


level.parts = ["background", *(f"step-{n}" for n in range(1, 13))]  # type: ignore[attr-defined]


def pictures(count: int) -> Iterator[BGR]:
    memory = np.zeros((4, 6, 3), np.uint8)
    for number in range(count):
        memory[:] = level_of(number)  # a camera that is given the same memory each time
        yield memory


def number_of(image: mirror.ParsedImage) -> int:
    return int(image.labels[0, 0])


def test_one_picture_is_parsed_without_a_thread_or_a_block() -> None:
    before = threading.active_count()
    parser = mirror.Parser(level)
    assert [number_of(parser(picture)) for picture in pictures(3)] == [0, 1, 2]
    assert threading.active_count() == before
    assert repr(parser) == "<parser level: 12 parts>"


def test_parse_keeps_its_parser_so_that_a_loop_loads_it_once() -> None:
    built = 0

    def counted() -> Callable[[BGR], NDArray[np.integer]]:
        nonlocal built
        built += 1
        return level()

    for picture in pictures(3):
        mirror.parse(picture, counted)
    assert built == 1


def test_single_pictures_from_many_threads_take_turns() -> None:
    inside, met = threading.Semaphore(1), threading.Event()

    def measure(image: BGR) -> NDArray[np.integer]:
        if not inside.acquire(blocking=False):
            met.set()
        met.wait(0.02)  # for somebody else, who would have come in long before
        inside.release()
        return np.zeros(image.shape[:2], np.uint8)

    parser, image = mirror.Parser(lambda: measure), next(pictures(1)).copy()
    threads = [threading.Thread(target=parser, args=(image,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not met.is_set()


def test_a_batch_comes_in_order_from_all_workers(tmp_path: Path) -> None:
    path = tmp_path / "one.png"
    cv2.imwrite(str(path), np.full((4, 6, 3), 50, np.uint8))
    with mirror.Parser(level, workers=3) as parser:
        found = [number_of(image) for image in parser.batch(pictures(9))]
        assert found == list(range(9))
        assert [number_of(image) for image in parser.batch([path])] == [1]
        assert list(parser.batch([])) == []


def test_what_is_no_image_in_a_batch_is_raised_in_the_loop() -> None:
    with (
        mirror.Parser(level) as parser,
        pytest.raises(ImageRefused, match="got NoneType"),
    ):
        list(parser.batch([*pictures(1), None]))  # type: ignore[list-item]


def test_a_videos_frames_come_in_order_with_their_times(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_video(path, 8)
    with mirror.Parser(level, workers=2) as parser:
        for source in (path, str(path)):  # one parser, several videos
            with parser.video(source) as video:
                assert video.footage is not None
                assert video.footage.frames == 8
                images = list(video)
            assert [number_of(image) for image in images] == numbers_in(path)
            assert [image.number for image in images] == list(range(8))
            times = [image.time for image in images]
            assert times == sorted(set(times))
            assert video.statistics.parsed == 8
            assert video.remarks == ()


def test_pictures_of_ones_own_get_their_times_from_the_rate() -> None:
    video = mirror.open_video(pictures(20), "none", fps=30, workers=3)
    assert repr(video) == "<video>"
    assert [image.time for image in video] == pytest.approx([number / 30 for number in range(20)])


def test_pictures_of_a_live_camera_have_the_times_of_their_capture() -> None:
    video = mirror.open_video(pictures(1), "none", live=True)
    assert repr(video) == "<live video>"
    (image,) = video
    assert image.to_dict()["pts"] is None


def test_a_folder_of_pictures_is_a_video(tmp_path: Path) -> None:
    video = mirror.open_video(picture_folder(tmp_path / "pictures", 3), level, fps=10)
    assert repr(video) == "<video 64 x 48, about 3 frames>"
    assert [image.time for image in video] == pytest.approx([0.0, 0.1, 0.2])


def test_a_loop_may_stop_early_and_leaves_no_thread() -> None:
    before, coming = threading.active_count(), pictures(1000)
    for image in mirror.open_video(coming, level):
        if image.number == 3:
            break
    del image
    gc.collect()
    assert threading.active_count() == before
    assert next(coming, None) is not None  # the rest was not read


def test_a_video_is_parsed_once() -> None:
    video = mirror.open_video(pictures(2), level)
    with pytest.raises(RuntimeError, match="no statistics before its with block"):
        _ = video.statistics
    with video:
        assert len(list(video)) == 2
    with pytest.raises(RuntimeError, match="open it again for another pass"), video:
        pass


def test_a_video_that_is_closed_ends_its_loop() -> None:
    with mirror.open_video(pictures(1000), level) as video:
        for image in video:
            if image.number == 2:
                video.close()
    assert image.number < 100
    video.close()  # many times


def test_batches_and_videos_need_the_block_that_stops_their_threads() -> None:
    parser = mirror.Parser(level)
    with pytest.raises(RuntimeError, match=r"with mirror\.Parser\(\) as parser"):
        parser.video(pictures(1))
    with pytest.raises(RuntimeError, match=r"with mirror\.Parser\(\) as parser"):
        parser.batch(pictures(1))
    with parser:
        pending = parser.batch(pictures(1000))
        next(pending)
    with pytest.raises(PoolClosed):
        list(pending)
    with parser:  # again
        assert len(list(parser.video(pictures(2)))) == 2


def test_the_loop_hears_what_the_parser_raises_and_the_next_video_is_unharmed() -> None:
    def picky() -> Callable[[BGR], NDArray[np.integer]]:
        def parse(image: BGR) -> NDArray[np.integer]:
            if image[0, 0, 0] == 70:
                raise ZeroDivisionError("not this one")
            return np.zeros(image.shape[:2], np.uint8)

        return parse

    with mirror.Parser(picky) as parser:
        with pytest.raises(ZeroDivisionError):
            list(parser.video(pictures(5)))
        assert len(list(parser.video(pictures(2)))) == 2
    with mirror.Parser(picky, skip_failures=True) as parser, parser.video(pictures(5)) as video:
        assert len(list(video)) == 5
        assert video.statistics.failed == 1


def test_a_parser_that_is_not_there_is_named() -> None:
    with pytest.raises(ParserNotUsable, match="did you mean built-in"):
        mirror.Parser("builtin")


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageRefused, match="an iterable of images, got NoneType"):
        mirror.open_video(None, level)  # type: ignore[arg-type]
    with pytest.raises(ImageRefused, match=r"that is one image; mirror\.parse takes it"):
        mirror.open_video(np.zeros((4, 6, 3), np.uint8), level)
    with pytest.raises(SourceError, match="does not exist"):
        mirror.open_video(tmp_path / "nothing.mp4", level)


def test_what_cannot_be_asked_is_said() -> None:
    with pytest.raises(ConfigError, match="input_size is auto, or HxW"):
        mirror.parse(next(pictures(1)), "none", input_size="10x10")
    with pytest.raises(ConfigError, match=r"no key of \[parser\] is called inputsize"):
        mirror.Parser("none", inputsize="64x64")  # type: ignore[call-arg]


@pytest.mark.parametrize("count", [0, -1, 10_000])
@pytest.mark.parametrize("what", ["workers", "threads"])
def test_a_count_that_cannot_be_is_refused_before_anything_is_read(what: str, count: int) -> None:
    with pytest.raises(ConfigError, match=f"{what} is a whole number from 1 to .*, got {count}"):
        mirror.open_video([], "none", **{what: count})  # type: ignore[arg-type]


@pytest.mark.parametrize("fps", [0, -1, 0.0001, 1e9, float("nan"), float("inf")])
def test_a_rate_that_cannot_be_is_refused_before_anything_is_read(fps: float) -> None:
    with pytest.raises(ConfigError, match=r"fps is a number from 0\.001 to 1000"):
        mirror.open_video([], "none", fps=fps)


def models() -> int:
    kinds = ("InferenceSession", "Detector", "WorkerPool", "Prepare")
    return sum(type(thing).__qualname__ in kinds for thing in gc.get_objects())


def test_a_video_in_a_loop_leaves_no_model_to_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        before = models()
        with mirror.open_video(pictures(2)) as video:
            assert len(list(video)) == 2
            assert models() > before
        del video
        assert models() == before
    finally:
        gc.enable()


def test_the_built_in_parser_finds_the_man_and_numbers_him_the_same_in_every_frame() -> None:
    with mirror.Parser() as parser:
        images = list(parser.video(clip.man(4)))
        (single,) = parser.batch(clip.man(1))
    for image in (*images, single):
        (man,) = image.people
        assert man.id == 1
        assert len(man.landmarks) == 33
        assert man.mask().sum() > 0.9 * image.mask().sum()
        x, y = man.landmarks["left_knee"].xy
        assert man.box[0] < x < man.box[2]
        assert man.box[1] < y < man.box[3]
        assert image.mask("left-shin", person=1).any()


def test_a_video_that_is_opened_but_not_read_can_be_let_go(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    write_video(path, 3)

    def is_open() -> bool:
        held = Path("/proc/self/fd").iterdir()
        return any(link.is_symlink() and str(link.readlink()) == str(path) for link in held)

    video = mirror.open_video(path, level)
    if not is_open():
        pytest.skip("needs /proc")
    video.close()
    assert not is_open()


def test_everything_that_is_set_of_a_parser_can_be_asked_for_in_a_program() -> None:
    named_otherwise = {"name", "workers", "threads"}
    assert set(ParserOptions.__annotations__) == set(ParserConfig.model_fields) - named_otherwise


def test_a_camera_or_an_address_that_is_not_there_is_named() -> None:
    with pytest.raises(CameraNotFound, match="camera 97 did not open"):
        mirror.open_video(97, level)
    with pytest.raises(SourceError, match=r"127\.0\.0\.1:1/film\.mp4"):
        mirror.open_video("http://127.0.0.1:1/film.mp4", level)
