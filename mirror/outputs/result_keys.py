"""What each line of the results holds: every key, its type and what it means.

Lines are built as these types; the JSON Schema and the reference are made from them. Keys are only
ever added; ``SCHEMA_VERSION`` grows where one changes its meaning.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict  # pydantic takes typing's from Python 3.12 on

SCHEMA_VERSION: Final = 1

_Count = Annotated[int, Field(ge=0)]
_Share = Annotated[float, Field(ge=0, le=1)]
_Colour = Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]
_Size = Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=2, max_length=2)]
_Box = Annotated[list[float], Field(min_length=4, max_length=4)]
_Place = Annotated[list[float], Field(min_length=3, max_length=3)]


class HeaderLine(TypedDict):
    """The first line: what the run is.

    Attributes:
        mirror: the version of the program that wrote the lines.
        schema_version: of the keys; it grows where one changes its meaning, not where one is added.
        parser: the parser's name.
        size: width and height of the frames in pixels; null where a stream has none, and of
            pictures, each of which has its own.
        parts: part id to name, without the background, which is 0.
        time_base: seconds of one tick of `pts`, as a fraction such as `1/15360`; null where frames
            have no `pts`.
        palette: part name to the colour it is drawn in. Streams only.
    """

    mirror: str
    schema_version: Literal[1]
    parser: str
    size: _Size | None
    parts: dict[str, str]
    time_base: str | None
    palette: NotRequired[dict[str, _Colour]]


class LandmarkKeys(TypedDict):
    """One landmark of a person.

    Attributes:
        name: such as `left_knee`; left and right are the person's own.
        x: pixels from the frame's left edge; may lie outside of it.
        y: pixels from the frame's upper edge; may lie outside of it.
        score: how likely it is that the landmark can be seen.
        world: x to the person's left, y down, z away from the camera, in metres from the middle
            between the hips. Only where the parser knows.
    """

    name: str
    x: float
    y: float
    score: _Share
    world: NotRequired[_Place]


class CueKeys(TypedDict):
    """Something that is told to a person.

    Attributes:
        name: of the fault, such as `shallow`, or of what is wrong with where the person stands.
        en: the words in English.
        zh: the words in Simplified Chinese.
    """

    name: str
    en: str
    zh: str


class ProgrammeKeys(TypedDict):
    """Where a programme is.

    Attributes:
        name: the programme's.
        state: `ready` before somebody is there; `work` is the only one in which anything counts.
        exercise: of the set that is done, or that comes next.
        set: which of all sets it is, from 1.
        sets: how many there are.
        count: repetitions done in this set, by whoever has done most.
        repetitions: the target of the set. Only where it has one.
        held_s: the seconds to be held in the set. Only where it has such a target.
        remaining_s: seconds until the countdown, the rest or the set is over. Only where a clock
            ends it.
    """

    name: str
    state: Literal["ready", "countdown", "work", "rest", "paused", "done"]
    exercise: str
    set: Annotated[int, Field(ge=1)]
    sets: Annotated[int, Field(ge=1)]
    count: _Count
    repetitions: NotRequired[_Count]
    held_s: NotRequired[Annotated[float, Field(ge=0)]]
    remaining_s: NotRequired[Annotated[float, Field(ge=0)]]


class CoachKeys(TypedDict):
    """What the coach says of a person, while it happens.

    Attributes:
        exercise: what the person does; null while that is not known.
        count: repetitions so far; the same person's, also under another id.
        progress: 0 at the start of a repetition, 1 at its far end; null while that is not known.
        phase: `out` is on the way to the far end; null while that is not known.
        faults: what was wrong in the last repetition, for the seconds in which it is shown.
        range: of the last repetition, in degrees; metres of an exercise without angles.
        tempo: seconds of the last repetition to the far end, at it, and back.
        held_s: seconds held so far. Of exercises that are held only.
        cue: what is told in this frame; one person at most has one.
        programme: where the programme is. Only where one is gone through.
    """

    exercise: str | None
    count: _Count
    progress: _Share | None
    phase: Literal["start", "out", "far", "back"] | None
    faults: list[str]
    range: NotRequired[float]
    tempo: NotRequired[Annotated[list[float], Field(min_length=3, max_length=3)]]
    held_s: NotRequired[Annotated[float, Field(ge=0)]]
    cue: NotRequired[CueKeys]
    programme: NotRequired[ProgrammeKeys]


class PersonKeys(TypedDict):
    """One person in a frame.

    Attributes:
        id: the same from frame to frame for the same person, counted from 1.
        instance: the value of the person's pixels in the instance map.
        score: how sure the parser is that somebody is there.
        box: x0, y0, x1, y1 in pixels round the person's own pixels, the far edges exclusive.
        landmarks: the landmarks. Only where the parser finds any.
        angles: joint, such as `left_knee`, to degrees, where 180 is straight; only joints of which
            all three points are visible. Only where the parser finds landmarks.
        coach: what the coach says. With `--coach` only.
    """

    id: Annotated[int, Field(ge=1)]
    instance: Annotated[int, Field(ge=1, le=65_535)]
    score: _Share
    box: _Box
    landmarks: NotRequired[list[LandmarkKeys]]
    angles: NotRequired[dict[str, Annotated[float, Field(ge=0, le=180)]]]
    coach: NotRequired[CoachKeys]


class RleKeys(TypedDict):
    """A mask in COCO's compressed run-length encoding, as `pycocotools.mask` has it.

    Attributes:
        size: height and width.
        counts: the runs.
    """

    size: _Size
    counts: str


class MomentKeys(TypedDict):
    """When a frame passed by, in seconds of one clock.

    Attributes:
        captured: when the source had read it.
        taken: when a worker took it.
        parsed: when the worker was done.
        written: when the other outputs had it.
    """

    captured: float
    taken: float
    parsed: float
    written: float


class TimingKeys(TypedDict):
    """How a frame came through a stream.

    Attributes:
        monotonic: on a clock that nobody sets, for differences.
        wall: since 1970.
        dropped: frames that were never parsed since the stream began.
    """

    monotonic: MomentKeys
    wall: MomentKeys
    dropped: _Count


class FrameLine(TypedDict):
    """One frame.

    Attributes:
        frame: its number among those that came out, from 0; files of masks are called by it.
        pts: its time in ticks of `time_base`; null where the source has none.
        time: seconds from the beginning; of live sources, seconds of a clock that nobody sets.
        people: whoever was found, the surest first.
        areas: part name to pixels, of the parts that are there.
        rle: part name to its mask. With `--rle` only.
        file: what was read. Pictures only.
        size: width and height, where they are not those of the first line. Streams and pictures
            only.
        media_time: seconds into the recording, also where it is played faster or in a loop; null
            where there is none. Streams only.
        sequence: its number at the capture, in which dropped frames leave a gap; null where nobody
            counts. Streams only.
        timing: when it passed by. Streams only.
    """

    frame: _Count
    pts: int | None
    time: float
    people: list[PersonKeys]
    areas: dict[str, Annotated[int, Field(ge=1)]]
    rle: NotRequired[dict[str, RleKeys]]
    file: NotRequired[str]
    size: NotRequired[_Size]
    media_time: NotRequired[float | None]
    sequence: NotRequired[int | None]
    timing: NotRequired[TimingKeys]


class GapKeys(TypedDict):
    """A time without a source.

    Attributes:
        before_frame: the number of the frame that ended it.
        seconds: how long it took.
    """

    before_frame: _Count
    seconds: Annotated[float, Field(ge=0)]


class GapLine(TypedDict):
    """A gap, before the frame that ends it. Streams only.

    Attributes:
        gap: the gap.
    """

    gap: GapKeys


class SpreadKeys(TypedDict):
    """How long something took, in seconds.

    Attributes:
        mean: the mean.
        p50: the median.
        p95: what 95 of 100 do not exceed.
        p99: what 99 of 100 do not exceed.
        worst: the longest.
    """

    mean: float
    p50: float
    p95: float
    p99: float
    worst: float


class RunKeys(TypedDict):
    """A run that is over; what `--stats` writes, too.

    Attributes:
        source: what was read.
        output: what was written; null where nothing was.
        parser: the parser's name.
        workers: how many parsed at the same time.
        threads: how many threads each of them computed with.
        frames: how many came out.
        failed: how many of them the parser failed on, so that they are empty.
        dropped: reason to how many frames were never parsed.
        people: how many different people were seen.
        most_people: how many of them at once.
        wall_s: seconds from the start of the run to its end.
        first_frame_s: seconds from the start of the run until the first frame was out.
        fps: frames that came out a second, over the whole run.
        parse_fps: what the workers alone could do.
        stages: stage to what a frame spent in it, waits included, in the order it passes them.
        latency: from a frame's capture until it was out.
        cpu_s: seconds of CPU time, all threads together.
        cores: how many cores the process may use.
        peak_memory_mb: the most memory the process held.
        remarks: what a user should know besides, one sentence each.
        promised: how many frames the source says that it holds; null where it does not say.
        read: how many of them could be read; null where nobody counted.
        damaged: how many of those could not be decoded.
        complete: whether what the source promised is in it, but for a hundredth.
        workers_why: why there were so many workers, in a few words; empty where nobody chose. Files
            of versions before have none.
    """

    source: str
    output: str | None
    parser: str
    workers: _Count
    threads: _Count
    frames: _Count
    failed: _Count
    dropped: dict[str, _Count]
    people: _Count
    most_people: _Count
    wall_s: float
    first_frame_s: float
    fps: float
    parse_fps: float
    stages: dict[str, SpreadKeys]
    latency: SpreadKeys
    cpu_s: float
    cores: _Count
    peak_memory_mb: _Count
    remarks: list[str]
    promised: int | None
    read: int | None
    damaged: _Count
    complete: bool
    workers_why: NotRequired[str]


class SummaryKeys(RunKeys):
    """A stream that is over.

    Attributes:
        ended: how it ended.
        unfinished: frames that were on their way when a signal, a reader or a fault ended it.
    """

    ended: Literal[
        "input ended", "input broke", "reader left", "SIGTERM", "SIGINT", "SIGHUP", "failed"
    ]
    unfinished: int


class SummaryLine(TypedDict):
    """The last line of a stream, however it ended. Streams only.

    Attributes:
        summary: the figures.
    """

    summary: SummaryKeys


Line = HeaderLine | FrameLine | GapLine | SummaryLine
