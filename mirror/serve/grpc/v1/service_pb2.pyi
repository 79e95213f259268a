from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class JobState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    JOB_STATE_UNSPECIFIED: _ClassVar[JobState]
    JOB_STATE_QUEUED: _ClassVar[JobState]
    JOB_STATE_RUNNING: _ClassVar[JobState]
    JOB_STATE_CANCELLING: _ClassVar[JobState]
    JOB_STATE_DONE: _ClassVar[JobState]
    JOB_STATE_FAILED: _ClassVar[JobState]
    JOB_STATE_CANCELLED: _ClassVar[JobState]
    JOB_STATE_EXPIRED: _ClassVar[JobState]
JOB_STATE_UNSPECIFIED: JobState
JOB_STATE_QUEUED: JobState
JOB_STATE_RUNNING: JobState
JOB_STATE_CANCELLING: JobState
JOB_STATE_DONE: JobState
JOB_STATE_FAILED: JobState
JOB_STATE_CANCELLED: JobState
JOB_STATE_EXPIRED: JobState

class Drawing(_message.Message):
    __slots__ = ("draw", "opacity", "palette", "outlines", "labels", "landmarks", "effects")
    DRAW_FIELD_NUMBER: _ClassVar[int]
    OPACITY_FIELD_NUMBER: _ClassVar[int]
    PALETTE_FIELD_NUMBER: _ClassVar[int]
    OUTLINES_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    LANDMARKS_FIELD_NUMBER: _ClassVar[int]
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    draw: _containers.RepeatedScalarFieldContainer[str]
    opacity: float
    palette: str
    outlines: bool
    labels: str
    landmarks: bool
    effects: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, draw: _Optional[_Iterable[str]] = ..., opacity: _Optional[float] = ..., palette: _Optional[str] = ..., outlines: _Optional[bool] = ..., labels: _Optional[str] = ..., landmarks: _Optional[bool] = ..., effects: _Optional[_Iterable[str]] = ...) -> None: ...

class ParseRequest(_message.Message):
    __slots__ = ("image", "drawing", "search", "rle", "outputs", "format", "parser")
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    DRAWING_FIELD_NUMBER: _ClassVar[int]
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    RLE_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    PARSER_FIELD_NUMBER: _ClassVar[int]
    image: bytes
    drawing: Drawing
    search: str
    rle: bool
    outputs: _containers.RepeatedScalarFieldContainer[str]
    format: str
    parser: str
    def __init__(self, image: _Optional[bytes] = ..., drawing: _Optional[_Union[Drawing, _Mapping]] = ..., search: _Optional[str] = ..., rle: _Optional[bool] = ..., outputs: _Optional[_Iterable[str]] = ..., format: _Optional[str] = ..., parser: _Optional[str] = ...) -> None: ...

class ParseResponse(_message.Message):
    __slots__ = ("result", "labels", "instances", "overlay", "timing")
    RESULT_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    OVERLAY_FIELD_NUMBER: _ClassVar[int]
    TIMING_FIELD_NUMBER: _ClassVar[int]
    result: Result
    labels: bytes
    instances: bytes
    overlay: bytes
    timing: Timing
    def __init__(self, result: _Optional[_Union[Result, _Mapping]] = ..., labels: _Optional[bytes] = ..., instances: _Optional[bytes] = ..., overlay: _Optional[bytes] = ..., timing: _Optional[_Union[Timing, _Mapping]] = ...) -> None: ...

class Result(_message.Message):
    __slots__ = ("parser", "version", "size", "people", "areas", "rle")
    class AreasEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    class RleEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Rle
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Rle, _Mapping]] = ...) -> None: ...
    PARSER_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    PEOPLE_FIELD_NUMBER: _ClassVar[int]
    AREAS_FIELD_NUMBER: _ClassVar[int]
    RLE_FIELD_NUMBER: _ClassVar[int]
    parser: str
    version: str
    size: _containers.RepeatedScalarFieldContainer[int]
    people: _containers.RepeatedCompositeFieldContainer[Person]
    areas: _containers.ScalarMap[str, int]
    rle: _containers.MessageMap[str, Rle]
    def __init__(self, parser: _Optional[str] = ..., version: _Optional[str] = ..., size: _Optional[_Iterable[int]] = ..., people: _Optional[_Iterable[_Union[Person, _Mapping]]] = ..., areas: _Optional[_Mapping[str, int]] = ..., rle: _Optional[_Mapping[str, Rle]] = ...) -> None: ...

class Person(_message.Message):
    __slots__ = ("id", "instance", "score", "box", "landmarks", "angles")
    class AnglesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    INSTANCE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    BOX_FIELD_NUMBER: _ClassVar[int]
    LANDMARKS_FIELD_NUMBER: _ClassVar[int]
    ANGLES_FIELD_NUMBER: _ClassVar[int]
    id: int
    instance: int
    score: float
    box: _containers.RepeatedScalarFieldContainer[float]
    landmarks: _containers.RepeatedCompositeFieldContainer[Landmark]
    angles: _containers.ScalarMap[str, float]
    def __init__(self, id: _Optional[int] = ..., instance: _Optional[int] = ..., score: _Optional[float] = ..., box: _Optional[_Iterable[float]] = ..., landmarks: _Optional[_Iterable[_Union[Landmark, _Mapping]]] = ..., angles: _Optional[_Mapping[str, float]] = ...) -> None: ...

class Landmark(_message.Message):
    __slots__ = ("name", "x", "y", "score", "world")
    NAME_FIELD_NUMBER: _ClassVar[int]
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    WORLD_FIELD_NUMBER: _ClassVar[int]
    name: str
    x: float
    y: float
    score: float
    world: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, name: _Optional[str] = ..., x: _Optional[float] = ..., y: _Optional[float] = ..., score: _Optional[float] = ..., world: _Optional[_Iterable[float]] = ...) -> None: ...

class Rle(_message.Message):
    __slots__ = ("size", "counts")
    SIZE_FIELD_NUMBER: _ClassVar[int]
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    size: _containers.RepeatedScalarFieldContainer[int]
    counts: str
    def __init__(self, size: _Optional[_Iterable[int]] = ..., counts: _Optional[str] = ...) -> None: ...

class Timing(_message.Message):
    __slots__ = ("wait", "parse", "encode")
    WAIT_FIELD_NUMBER: _ClassVar[int]
    PARSE_FIELD_NUMBER: _ClassVar[int]
    ENCODE_FIELD_NUMBER: _ClassVar[int]
    wait: float
    parse: float
    encode: float
    def __init__(self, wait: _Optional[float] = ..., parse: _Optional[float] = ..., encode: _Optional[float] = ...) -> None: ...

class JobOptions(_message.Message):
    __slots__ = ("drawing", "outputs", "rle", "side_by_side", "quality", "idempotency_key", "file_name", "parser")
    DRAWING_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    RLE_FIELD_NUMBER: _ClassVar[int]
    SIDE_BY_SIDE_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    PARSER_FIELD_NUMBER: _ClassVar[int]
    drawing: Drawing
    outputs: _containers.RepeatedScalarFieldContainer[str]
    rle: bool
    side_by_side: bool
    quality: int
    idempotency_key: str
    file_name: str
    parser: str
    def __init__(self, drawing: _Optional[_Union[Drawing, _Mapping]] = ..., outputs: _Optional[_Iterable[str]] = ..., rle: _Optional[bool] = ..., side_by_side: _Optional[bool] = ..., quality: _Optional[int] = ..., idempotency_key: _Optional[str] = ..., file_name: _Optional[str] = ..., parser: _Optional[str] = ...) -> None: ...

class SubmitJobRequest(_message.Message):
    __slots__ = ("options", "chunk")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    options: JobOptions
    chunk: bytes
    def __init__(self, options: _Optional[_Union[JobOptions, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class GetJobRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class WatchJobRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class CancelJobRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class ReadResultRequest(_message.Message):
    __slots__ = ("id", "name")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class ResultChunk(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: bytes
    def __init__(self, data: _Optional[bytes] = ...) -> None: ...

class Job(_message.Message):
    __slots__ = ("id", "state", "created_at", "started_at", "finished_at", "frames", "total", "fps", "left_s", "attempt", "results", "position", "error")
    ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    FINISHED_AT_FIELD_NUMBER: _ClassVar[int]
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    FPS_FIELD_NUMBER: _ClassVar[int]
    LEFT_S_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    id: str
    state: JobState
    created_at: float
    started_at: float
    finished_at: float
    frames: int
    total: int
    fps: float
    left_s: float
    attempt: int
    results: _containers.RepeatedCompositeFieldContainer[ResultFile]
    position: int
    error: JobError
    def __init__(self, id: _Optional[str] = ..., state: _Optional[_Union[JobState, str]] = ..., created_at: _Optional[float] = ..., started_at: _Optional[float] = ..., finished_at: _Optional[float] = ..., frames: _Optional[int] = ..., total: _Optional[int] = ..., fps: _Optional[float] = ..., left_s: _Optional[float] = ..., attempt: _Optional[int] = ..., results: _Optional[_Iterable[_Union[ResultFile, _Mapping]]] = ..., position: _Optional[int] = ..., error: _Optional[_Union[JobError, _Mapping]] = ...) -> None: ...

class ResultFile(_message.Message):
    __slots__ = ("name", "type", "size", "href")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    HREF_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: str
    size: int
    href: str
    def __init__(self, name: _Optional[str] = ..., type: _Optional[str] = ..., size: _Optional[int] = ..., href: _Optional[str] = ...) -> None: ...

class JobError(_message.Message):
    __slots__ = ("code", "detail")
    CODE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    code: str
    detail: str
    def __init__(self, code: _Optional[str] = ..., detail: _Optional[str] = ...) -> None: ...

class StreamOptions(_message.Message):
    __slots__ = ("drawing", "outputs", "format", "rle", "live", "fps", "timeout_ms", "parser")
    DRAWING_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    RLE_FIELD_NUMBER: _ClassVar[int]
    LIVE_FIELD_NUMBER: _ClassVar[int]
    FPS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_MS_FIELD_NUMBER: _ClassVar[int]
    PARSER_FIELD_NUMBER: _ClassVar[int]
    drawing: Drawing
    outputs: _containers.RepeatedScalarFieldContainer[str]
    format: str
    rle: bool
    live: bool
    fps: float
    timeout_ms: int
    parser: str
    def __init__(self, drawing: _Optional[_Union[Drawing, _Mapping]] = ..., outputs: _Optional[_Iterable[str]] = ..., format: _Optional[str] = ..., rle: _Optional[bool] = ..., live: _Optional[bool] = ..., fps: _Optional[float] = ..., timeout_ms: _Optional[int] = ..., parser: _Optional[str] = ...) -> None: ...

class StreamRequest(_message.Message):
    __slots__ = ("options", "image")
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    options: StreamOptions
    image: bytes
    def __init__(self, options: _Optional[_Union[StreamOptions, _Mapping]] = ..., image: _Optional[bytes] = ...) -> None: ...

class StreamResponse(_message.Message):
    __slots__ = ("hello", "frame", "dropped", "failed", "end", "credits")
    HELLO_FIELD_NUMBER: _ClassVar[int]
    FRAME_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    CREDITS_FIELD_NUMBER: _ClassVar[int]
    hello: Hello
    frame: Frame
    dropped: Dropped
    failed: Failed
    end: End
    credits: int
    def __init__(self, hello: _Optional[_Union[Hello, _Mapping]] = ..., frame: _Optional[_Union[Frame, _Mapping]] = ..., dropped: _Optional[_Union[Dropped, _Mapping]] = ..., failed: _Optional[_Union[Failed, _Mapping]] = ..., end: _Optional[_Union[End, _Mapping]] = ..., credits: _Optional[int] = ...) -> None: ...

class Hello(_message.Message):
    __slots__ = ("parser", "mirror", "schema_version", "parts", "time_base")
    class PartsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    PARSER_FIELD_NUMBER: _ClassVar[int]
    MIRROR_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    TIME_BASE_FIELD_NUMBER: _ClassVar[int]
    parser: str
    mirror: str
    schema_version: int
    parts: _containers.ScalarMap[str, str]
    time_base: str
    def __init__(self, parser: _Optional[str] = ..., mirror: _Optional[str] = ..., schema_version: _Optional[int] = ..., parts: _Optional[_Mapping[str, str]] = ..., time_base: _Optional[str] = ...) -> None: ...

class Frame(_message.Message):
    __slots__ = ("frame", "pts", "time", "result", "labels", "overlay", "timing")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    PTS_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    OVERLAY_FIELD_NUMBER: _ClassVar[int]
    TIMING_FIELD_NUMBER: _ClassVar[int]
    frame: int
    pts: int
    time: float
    result: Result
    labels: bytes
    overlay: bytes
    timing: Timing
    def __init__(self, frame: _Optional[int] = ..., pts: _Optional[int] = ..., time: _Optional[float] = ..., result: _Optional[_Union[Result, _Mapping]] = ..., labels: _Optional[bytes] = ..., overlay: _Optional[bytes] = ..., timing: _Optional[_Union[Timing, _Mapping]] = ...) -> None: ...

class Dropped(_message.Message):
    __slots__ = ("frame", "reason")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    frame: int
    reason: str
    def __init__(self, frame: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...

class Failed(_message.Message):
    __slots__ = ("frame", "code", "detail")
    FRAME_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    frame: int
    code: str
    detail: str
    def __init__(self, frame: _Optional[int] = ..., code: _Optional[str] = ..., detail: _Optional[str] = ...) -> None: ...

class End(_message.Message):
    __slots__ = ("frames", "answered", "failed", "dropped")
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    ANSWERED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    frames: int
    answered: int
    failed: int
    dropped: int
    def __init__(self, frames: _Optional[int] = ..., answered: _Optional[int] = ..., failed: _Optional[int] = ..., dropped: _Optional[int] = ...) -> None: ...
