import contextlib
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from media import number_in, numbers_in, pts_of, sound_of, turn_a_quarter, write_video
from written import add_subtitles, copy, titles_in

from pipeline.consumer import consuming
from pipeline.errors import SinkError
from pipeline.frame import Frame
from pipeline.sinks.video import Encoding, VideoWriter
from pipeline.sources.video import VideoFile


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "webm"])
def test_every_frame_in_is_a_frame_out(tmp_path: Path, ending: str) -> None:
    source = write_video(tmp_path / "in.mp4", 25)
    out = copy(source, tmp_path / f"out.{ending}")
    assert numbers_in(out) == [n % 10 for n in range(25)]


@pytest.mark.parametrize("ending", ["mp4", "mov"])
def test_times_and_time_base_survive(tmp_path: Path, ending: str) -> None:
    pts = [0, 400, 1000, 1001, 2300, 4000]  # of a variable rate
    source = write_video(tmp_path / "in.mp4", 6, pts=pts, time_base=Fraction(1, 12800))
    assert pts_of(copy(source, tmp_path / f"out.{ending}")) == pts_of(source)


def test_a_late_start_stays_late(tmp_path: Path) -> None:
    pts = [5000, 5040, 5080]
    source = write_video(tmp_path / "in.mkv", 3, pts=pts, time_base=Fraction(1, 1000))
    out = copy(source, tmp_path / "out.mp4")
    assert [float(ticks * base) for ticks, base in pts_of(out)] == [5.0, 5.04, 5.08]


def test_a_repeated_time_is_moved_by_a_tick_and_counted(tmp_path: Path) -> None:
    source = write_video(tmp_path / "in.mp4", 4)
    video = VideoFile(source)
    with consuming(VideoWriter(tmp_path / "out.mp4", video.footage)) as out:
        for frame in video:
            out.consume(Frame(frame.picture, 0.0, 7, frame.time_base))
    assert [ticks for ticks, _ in pts_of(tmp_path / "out.mp4")] == [7, 8, 9, 10]
    assert out.remarks == ("3 frames repeated a time and were moved by a tick",)


@pytest.mark.parametrize("apart", [2**31 - 2, 2**31 - 1])
def test_frames_too_far_apart_for_mp4_end_it_with_what_holds_them(
    tmp_path: Path, apart: int
) -> None:
    video, tick = VideoFile(write_video(tmp_path / "in.mp4", 4)), Fraction(1, 1_000_000)
    times = [0, 1, 1 + apart, 2 + apart]
    out = VideoWriter(tmp_path / "out.mp4", replace(video.footage, time_base=tick))
    refused = "cannot hold frames that are 36 minutes apart; write to a file ending in .mkv"
    is_too_far = pytest.raises(SinkError, match=refused) if apart == 2**31 - 1 else None
    with is_too_far or contextlib.nullcontext(), consuming(out):
        for frame, pts in zip(video, times, strict=True):
            out.consume(Frame(frame.picture, 0.0, pts, tick))
    if is_too_far is None:
        assert [ticks for ticks, _ in pts_of(out.path)] == times
    else:
        assert numbers_in(out.part) == [0, 1]
        assert str(out.part) in is_too_far.excinfo.value.__notes__[0]


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_sound_is_copied_packet_by_packet(tmp_path: Path, ending: str) -> None:
    source = write_video(tmp_path / "in.mp4", 45, sound=True)
    copied = sound_of(copy(source, tmp_path / f"out.{ending}"))
    original = sound_of(source)
    assert [packet for _, packet in copied] == [packet for _, packet in original]
    for (now, _), (before, _) in zip(copied, original, strict=True):
        assert now == pytest.approx(before, abs=1e-3)


def test_sound_ends_with_a_video_cut_short(tmp_path: Path) -> None:
    source = write_video(tmp_path / "in.mp4", 90, sound=True)
    out = copy(source, tmp_path / "out.mp4", limit=30)
    assert 0.9 < sound_of(out)[-1][0] <= 1.1


@pytest.mark.parametrize("ending", ["mkv", "mp4", "webm"])
def test_subtitles_are_copied_or_converted(tmp_path: Path, ending: str) -> None:
    source = add_subtitles(write_video(tmp_path / "plain.mp4", 30), tmp_path / "in.mkv")
    titles = titles_in(copy(source, tmp_path / f"out.{ending}"))
    assert [time for time, _ in titles] == pytest.approx([0.1, 0.6], abs=1e-3)
    assert ["Down" in text or "Stand" in text for _, text in titles] == [True, True]


def test_what_was_converted_is_named_with_a_container_that_keeps_it(tmp_path: Path) -> None:
    source = write_video(tmp_path / "in.mp4", 10, sound=True)
    video = VideoFile(source)
    with consuming(
        VideoWriter(tmp_path / "out.webm", video.footage, copy_streams_from=source)
    ) as out:
        for frame in video:
            out.consume(frame)
    assert out.remarks == (
        "sound 1 (aac) was converted to opus for webm; "
        "write to a file ending in .mkv or .mov to keep it as it is",
    )


def test_metadata_aspect_and_colour_range_survive(tmp_path: Path) -> None:
    source = write_video(
        tmp_path / "in.mp4",
        pixel_format="yuvj420p",
        metadata={"title": "Squats"},
        aspect=Fraction(4, 3),
    )
    with av.open(str(copy(source, tmp_path / "out.mp4"))) as out:
        assert out.metadata["title"] == "Squats"
        assert out.streams.video[0].sample_aspect_ratio == Fraction(4, 3)
        assert int(next(out.decode(video=0)).color_range) == 2


def test_what_was_held_sideways_is_written_upright(tmp_path: Path) -> None:
    source = turn_a_quarter(write_video(tmp_path / "in.mp4"))
    with av.open(str(copy(source, tmp_path / "out.mp4"))) as out:
        picture = next(out.decode(video=0))
        assert (picture.width, picture.height, picture.rotation) == (48, 64, 0)


@pytest.mark.parametrize("pixel_format", ["yuv420p10le", "yuv444p", "gray", "bgr0"])
def test_any_pixel_format_plays_everywhere_afterwards(tmp_path: Path, pixel_format: str) -> None:
    source = write_video(
        tmp_path / "in.mkv", size=(63, 47), codec="ffv1", pixel_format=pixel_format
    )
    out = copy(source, tmp_path / "out.mp4")
    with av.open(str(out)) as video:
        context = video.streams.video[0].codec_context
        assert (context.name, context.pix_fmt) == ("h264", "yuv420p")
        assert (context.width, context.height) == (64, 48)
    assert numbers_in(out) == list(range(10))


def test_the_index_comes_first(tmp_path: Path) -> None:
    contents = copy(write_video(tmp_path / "in.mp4"), tmp_path / "out.mp4").read_bytes()
    assert contents.index(b"moov") < contents.index(b"mdat")
    assert b"moof" not in contents


def test_a_size_that_changes_midway_is_brought_to_the_first(tmp_path: Path) -> None:
    footage = VideoFile(write_video(tmp_path / "in.mp4")).footage
    with consuming(VideoWriter(tmp_path / "out.mp4", footage)) as out:
        for number, side in enumerate([48, 96, 30]):
            frame = Frame.from_bgr(np.full((side, side, 3), 50, np.uint8), 0.0, number * 512)
            timed = Frame(frame.picture, 0.0, number * 512, footage.time_base)
            out.consume(timed)
    assert len(numbers_in(tmp_path / "out.mp4")) == 3


def test_an_interrupted_run_leaves_a_part_that_plays_and_no_output(tmp_path: Path) -> None:
    video = VideoFile(write_video(tmp_path / "in.mp4", 60))
    target = tmp_path / "out.mp4"
    with pytest.raises(KeyboardInterrupt):
        with consuming(VideoWriter(target, video.footage)) as out:
            for number, frame in enumerate(video):
                out.consume(frame)
                if number == 40:
                    raise KeyboardInterrupt
    assert not target.exists()
    assert len(numbers_in(out.part)) == 41


ENDLESS = """
import sys, time
from fractions import Fraction
from pathlib import Path
import numpy as np
from pipeline.consumer import consuming
from pipeline.frame import Frame
from pipeline.sinks.video import VideoWriter
from pipeline.sources import Footage

footage = Footage(48, 64, Fraction(1, 15360), Fraction(30), None)
with consuming(VideoWriter(Path(sys.argv[1]), footage)) as out:
    for n in range(10**6):
        grey = np.full((48, 64, 3), 20 * (n % 10) + 30, np.uint8)
        frame = Frame.from_bgr(grey, 0.0, n * 512, footage.time_base)
        out.consume(frame)
        if n == 150:
            print("five seconds are in", flush=True)
            time.sleep(60)
"""


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_after_a_kill_all_but_the_last_second_plays(tmp_path: Path, ending: str) -> None:
    target = tmp_path / f"out.{ending}"
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(target)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert "five seconds" in writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
    (part,) = tmp_path.iterdir()
    assert re.fullmatch(rf"out\.part-\w{{6}}\.{ending}", part.name)
    played = numbers_in(part)
    assert len(played) >= 151 - 60  # the encoder looks ahead, by more with more cores
    assert played == [n % 10 for n in range(len(played))]


COMPLETING = """
import os, sys, time
from fractions import Fraction
from pathlib import Path
import numpy as np
from pipeline.consumer import consuming
from pipeline.frame import Frame
from pipeline.sinks import container
from pipeline.sinks.video import VideoWriter
from pipeline.sources import Footage
from pipeline.targets import scratch_copy

if sys.argv[2] == "named":
    scratch_copy._unnamed = lambda folder, bits: None

def copies_half(*arguments, **named):
    copy(*arguments, **named)
    print("half is copied", flush=True)
    time.sleep(60)

copy, container.copy_packets = container.copy_packets, copies_half
footage = Footage(48, 64, Fraction(1, 15360), Fraction(30), None)
with consuming(VideoWriter(Path(sys.argv[1]), footage)) as out:
    for n in range(30):
        grey = np.full((48, 64, 3), 20 * (n % 10) + 30, np.uint8)
        frame = Frame.from_bgr(grey, 0.0, n * 512, footage.time_base)
        out.consume(frame)
"""


@pytest.mark.parametrize("copy", ["unnamed", "named"])
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_film_that_is_stopped_while_it_is_completed_is_whole_in_its_part(
    tmp_path: Path, copy: str, sent: signal.Signals
) -> None:
    command = [sys.executable, "-c", COMPLETING, str(tmp_path / "out.mp4"), copy]
    with subprocess.Popen(command, stdout=-1, stderr=-1, text=True) as writer:
        assert writer.stdout is not None
        assert "half is copied" in writer.stdout.readline()
        writer.send_signal(sent)
        _, said = writer.communicate()
    parts = {path.suffix: path for path in tmp_path.iterdir()}
    leftover = [".finishing"] if (copy, sent) == ("named", signal.SIGKILL) else []
    assert sorted(parts) == sorted([".mp4", *leftover])
    assert numbers_in(parts[".mp4"]) == [n % 10 for n in range(30)]
    assert (parts[".mp4"].name in said) == (sent == signal.SIGINT)


def test_a_full_disk_is_said_and_what_was_written_plays(tmp_path: Path) -> None:
    script = ENDLESS.replace("if n == 150", "if False").replace(
        "import sys, time",
        "import resource, signal, sys, time\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))",
    )
    target = tmp_path / "out.mp4"
    ended = subprocess.run(
        [sys.executable, "-c", script, str(target)], capture_output=True, text=True, check=False
    )
    assert "SinkError" in ended.stderr
    assert os.strerror(errno.EFBIG) in ended.stderr
    assert not target.exists()
    (part,) = tmp_path.glob("out.part-*.mp4")
    assert len(numbers_in(part)) > 30


def test_a_file_that_never_came_about_is_not_said_to_play(tmp_path: Path) -> None:
    source = VideoFile(write_video(tmp_path / "in.mp4", 30))
    folder = tmp_path / "gone"
    folder.mkdir()
    with pytest.raises(SinkError) as refused:
        with consuming(VideoWriter(folder / "out.mp4", source.footage)) as writer:
            shutil.rmtree(folder)
            for frame in source:
                writer.consume(frame)
    source.close()
    assert str(refused.value) == (
        f"{folder / 'out.mp4'} cannot be written: {os.strerror(errno.ENOENT)}"
    )
    assert not hasattr(refused.value, "__notes__")


@pytest.mark.parametrize(
    ("name", "encoding", "said"),
    [
        ("out.xyz", Encoding(), "ends in .xyz, which names no container"),
        ("out.mp5", Encoding(), "did you mean .mp4"),
        ("out.mp4", Encoding(codec="h263x"), "did you mean h26"),
        (
            "out.webm",
            Encoding(codec="h264"),
            "webm cannot hold h264; write to a file",
        ),
        ("out.mov", Encoding(codec="av1"), "mov cannot hold av1; write to a file ending in .mkv"),
        ("out.mp4", Encoding(container="mkw"), "did you mean mkv"),
        ("none/out.mp4", Encoding(), "does not exist; make it first: mkdir"),
        ("in.mp4", Encoding(), "is the source itself; name another file"),
        ("there.mp4", Encoding(), "exists; name another file, or allow it to"),
    ],
)
def test_a_target_that_cannot_be_made_is_refused_and_leaves_nothing(
    tmp_path: Path, name: str, encoding: Encoding, said: str
) -> None:
    source = write_video(tmp_path / "in.mp4")
    (tmp_path / "there.mp4").write_bytes(b"precious")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(SinkError, match=said.replace(".", r"\.")):
        VideoWriter(tmp_path / name, VideoFile(source).footage, encoding, copy_streams_from=source)
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "there.mp4").read_bytes() == b"precious"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    footage = VideoFile(write_video(tmp_path / "in.mp4")).footage
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with pytest.raises(SinkError, match="may not be written to"):
        VideoWriter(folder / "out.mp4", footage)


def test_encoding_can_be_chosen(tmp_path: Path) -> None:
    source = write_video(tmp_path / "in.mp4", 30, size=(320, 240))
    sizes: Sequence[int] = [
        copy(source, tmp_path / f"{quality}.mp4", Encoding(quality=quality)).stat().st_size
        for quality in (10, 40)
    ]
    assert sizes[0] > sizes[1]
    with av.open(str(copy(source, tmp_path / "five.mp4", Encoding(codec="h265")))) as out:
        assert out.streams.video[0].codec_context.name == "hevc"
        assert number_in(next(out.decode(video=0))) == 0
