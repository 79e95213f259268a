"""The service over gRPC, as clients see it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

grpc = pytest.importorskip("grpc", reason="pip install 'smart-mirror[grpc]'")
pytest.importorskip("grpc_reflection", reason="pip install 'smart-mirror[grpc]'")

import cv2
import numpy as np
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.json_format import MessageToDict
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RequestInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from media import write_video
from serving import FAILS, SLOW, Squares, listening, picture, service_with

from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing
from mirror.outputs.json_lines import frame_line
from mirror.outputs.result_keys import LandmarkKeys, PersonKeys
from mirror.serve.access import Token
from mirror.serve.app import make_app
from mirror.serve.grpc.server import GrpcServer, Listening
from mirror.serve.grpc.v1 import service_pb2 as pb
from mirror.serve.grpc.v1 import service_pb2_grpc
from mirror.serve.parser_choice import ParserChoice
from mirror.serve.service import Service
from mirror.serve.stream.streams import Patience, Streams
from pipeline.frame import Frame

MIRROR: Any = service_pb2_grpc.MirrorStub  # a tool writes it without types
ADA, BOB = "a" * 16, "b" * 16


class Served:
    """A running service, and a client's channel to it."""

    def __init__(self, service: Service, http_port: int, grpc_port: int) -> None:
        self.service, self.http, self.port = service, f"http://127.0.0.1:{http_port}", grpc_port
        self.channel = grpc.insecure_channel(f"127.0.0.1:{grpc_port}")
        self.stub: Any = MIRROR(self.channel)

    def metric(self, name: str, **labels: str) -> float:
        return self.service.metrics.registry.get_sample_value(name, labels) or 0.0


@contextlib.contextmanager
def served(kind: Squares, **how: Any) -> Iterator[Served]:
    service = service_with(kind, **how)
    server = GrpcServer(service, Listening("127.0.0.1", 0))
    with listening(make_app(service, beside=server.answering)) as port:
        given = Served(service, port, server.port)
        with given.channel:
            yield given


@pytest.fixture(scope="module", autouse=True)
def grpc_has_its_thread() -> Iterator[None]:
    """Keep gRPC's own thread, which else ends with the last server that something refers to."""

    async def begin() -> None:
        grpc.aio.init_grpc_aio()

    asyncio.run(begin())
    yield
    grpc.aio.shutdown_grpc_aio()


@pytest.fixture
def squares() -> Iterator[Squares]:
    squares = Squares()
    yield squares
    squares.gate.open()


def refused(code: Any, call: Any, *given: Any, **more: Any) -> dict[type, Any]:
    """Make a call that is refused; return the details that say why."""
    with pytest.raises(grpc.RpcError) as raised:
        answer = call(*given, **more)
        for _ in answer if hasattr(answer, "__next__") else ():
            pass
    error: Any = raised.value
    assert error.code() is code, error
    trailers = dict(error.trailing_metadata())
    found: dict[type, Any] = {str: trailers["mirror-code"], dict: trailers}
    for packed in Status.FromString(trailers["grpc-status-details-bin"]).details:
        for kind in (ErrorInfo, RequestInfo, BadRequest, RetryInfo):
            if packed.Is(kind.DESCRIPTOR):
                found[kind] = kind()
                packed.Unpack(found[kind])
    return found


def wait_for(condition: Any) -> None:
    give_up_at = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.01)


# pictures


def test_a_picture_is_answered_as_over_http(squares: Squares) -> None:
    with served(squares) as given:
        answer = given.stub.Parse(pb.ParseRequest(image=picture(), rle=True))
        request = urllib.request.Request(f"{given.http}/v1/parse?rle=true", data=picture())
        with urllib.request.urlopen(request) as response:
            said = json.load(response)
        assert given.metric("mirror_grpc_calls_total", method="Parse", code="OK") == 1.0
    result = MessageToDict(answer.result, preserving_proto_field_name=True)
    result["areas"] = {part: int(area) for part, area in result["areas"].items()}
    assert said["people"] == []
    assert result == {name: value for name, value in said.items() if name != "people"}
    assert answer.timing.parse > 0


def test_every_form_of_a_picture_can_be_asked_for(squares: Squares) -> None:
    with served(squares) as given:
        answer = given.stub.Parse(
            pb.ParseRequest(
                image=picture(), outputs=["labels", "instances", "overlay"], format="webp",
                drawing=pb.Drawing(opacity=0.5, draw=["head"]),
            )
        )  # fmt: skip
    assert not answer.HasField("result")
    labels: Any = cv2.imdecode(np.frombuffer(answer.labels, np.uint8), cv2.IMREAD_UNCHANGED)
    assert labels[:, 32:].all()
    assert not labels[:, :32].any()
    assert answer.instances.startswith(b"\x89PNG")
    assert answer.overlay[8:12] == b"WEBP"


def test_a_picture_comes_with_effects_in_place_of_parts(squares: Squares) -> None:
    wanted = pb.Drawing(effects=["replace:#0000ff"])
    with served(squares) as given:
        request = pb.ParseRequest(
            image=picture(), outputs=["overlay"], format="png", drawing=wanted
        )
        drawn: Any = cv2.imdecode(
            np.frombuffer(given.stub.Parse(request).overlay, np.uint8), cv2.IMREAD_COLOR
        )
        assert drawn[10, 5].tolist() == [255, 0, 0]  # nobody: blue
        request.drawing.effects[:] = ["blurr"]
        refused(grpc.StatusCode.INVALID_ARGUMENT, given.stub.Parse, request)


def test_whatever_a_line_of_results_says_has_a_field() -> None:
    frame = Frame.from_bgr(np.zeros((8, 8, 3), np.uint8), 0.0)
    parsing = Parsing.undivided(np.ones((8, 8), np.uint8))
    said = set(frame_line(0, frame, parsing, label_set("built-in"), with_rle=True))
    beside = {"frame", "pts", "time"}  # of a stream's frame
    for keys, message in (
        (said - beside, pb.Result),
        (set(PersonKeys.__annotations__) - {"coach"}, pb.Person),
        (set(LandmarkKeys.__annotations__), pb.Landmark),
    ):
        assert keys <= set(message.DESCRIPTOR.fields_by_name)


REFUSED: list[tuple[pb.ParseRequest, str, str | None]] = [
    (pb.ParseRequest(), "picture.missing", None),
    (pb.ParseRequest(image=b"GIF89a"), "picture.unknown", None),
    (pb.ParseRequest(image=picture()[:200]), "picture.damaged", None),
    (pb.ParseRequest(image=bytes(100_001)), "request.too_large", None),
    (pb.ParseRequest(image=picture(size=(200, 200))), "picture.too_large", None),
    (pb.ParseRequest(image=picture(), search="slow"), "request.invalid", "request.search"),
    (pb.ParseRequest(image=picture(), outputs=["all"]), "request.invalid", "request.outputs.0"),
    (
        pb.ParseRequest(image=picture(), drawing=pb.Drawing(opacity=2)),
        "request.invalid",
        "request.opacity",
    ),
    (
        pb.ParseRequest(image=picture(), drawing=pb.Drawing(draw=["tail"])),
        "request.invalid",
        None,
    ),
]


def test_a_wrong_request_is_refused_with_its_code_and_field(squares: Squares) -> None:
    with served(squares) as given:
        for request, code, said in REFUSED:
            why = refused(grpc.StatusCode.INVALID_ARGUMENT, given.stub.Parse, request,
                          metadata=(("x-request-id", "mine-1"),))  # fmt: skip
            assert why[str] == why[ErrorInfo].reason == code
            assert why[RequestInfo].request_id == "mine-1"
            if said is not None:
                assert [broken.field for broken in why[BadRequest].field_violations] == [said]


def test_what_is_no_message_is_refused(squares: Squares) -> None:
    with served(squares) as given:
        call = given.channel.unary_unary("/mirror.v1.Mirror/Parse")
        why = refused(grpc.StatusCode.INVALID_ARGUMENT, call, b"\xff\xff\xff\xff")
        assert why[str] == "request.damaged"
        assert given.stub.Parse(pb.ParseRequest(image=picture())).timing.parse > 0


def test_nothing_of_an_exception_is_told(squares: Squares) -> None:
    with served(squares) as given:
        with pytest.raises(grpc.RpcError) as raised:
            given.stub.Parse(pb.ParseRequest(image=picture(FAILS)))
        error: Any = raised.value
    assert error.code() is grpc.StatusCode.INTERNAL
    assert "secret" not in repr(error) + repr(error.trailing_metadata())


def test_a_message_that_unpacks_to_more_is_not_taken(squares: Squares) -> None:
    with served(squares) as given, pytest.raises(grpc.RpcError) as raised:
        given.stub.Parse(
            pb.ParseRequest(image=bytes(50_000_000)), compression=grpc.Compression.Gzip
        )
    error: Any = raised.value
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED


# who may ask, and when


def test_without_a_token_nothing_that_is_sent_is_looked_at(squares: Squares) -> None:
    with served(squares, tokens=(Token(name="ada", token=ADA),)) as given:
        for metadata in ((), (("authorization", f"Bearer {BOB}"),), (("authorization", ADA),)):
            for call in (given.stub.Parse, given.stub.GetJob):
                request = pb.ParseRequest(image=b"nothing")
                why = refused(grpc.StatusCode.UNAUTHENTICATED, call, request, metadata=metadata)
                assert why[str] == "token.needed"
        mine = (("authorization", f"Bearer {ADA}"),)
        assert given.stub.Parse(pb.ParseRequest(image=picture()), metadata=mine).timing.parse > 0


def test_when_there_is_no_room_a_client_hears_when_there_will_be(squares: Squares) -> None:
    with served(squares, room=1) as given:
        waiting = given.stub.Parse.future(pb.ParseRequest(image=picture(SLOW)))
        squares.gate.wait_reached()
        why = refused(
            grpc.StatusCode.RESOURCE_EXHAUSTED, given.stub.Parse, pb.ParseRequest(image=picture())
        )
        squares.gate.open()
        assert waiting.result().timing.parse > 0
    assert why[str] == "service.busy"
    assert why[RetryInfo].retry_delay.seconds >= 1
    assert int(why[dict]["grpc-retry-pushback-ms"]) >= 1000


def test_one_token_cannot_take_all_the_room(squares: Squares) -> None:
    tokens = Token(name="ada", token=ADA, requests=1), Token(name="bob", token=BOB)
    with served(squares, tokens=tokens) as given:
        ada = (("authorization", f"Bearer {ADA}"),)
        bob = (("authorization", f"Bearer {BOB}"),)
        waiting = given.stub.Parse.future(pb.ParseRequest(image=picture(SLOW)), metadata=ada)
        squares.gate.wait_reached()
        why = refused(
            grpc.StatusCode.RESOURCE_EXHAUSTED, given.stub.Parse, pb.ParseRequest(image=picture()),
            metadata=ada,
        )  # fmt: skip
        theirs = given.stub.Parse.future(pb.ParseRequest(image=picture()), metadata=bob)
        squares.gate.open()
        assert why[str] == "client.busy"
        assert theirs.result().timing.parse > 0
        waiting.result()


def test_a_picture_is_not_begun_after_its_deadline(squares: Squares) -> None:
    with served(squares) as given:
        waiting = given.stub.Parse.future(pb.ParseRequest(image=picture(SLOW)))
        squares.gate.wait_reached()
        begun = squares.begun
        with pytest.raises(grpc.RpcError) as raised:
            given.stub.Parse(pb.ParseRequest(image=picture()), timeout=0.1)
        wait_for(lambda: given.service.admission.inside == 1)
        squares.gate.open()
        waiting.result()
        given.stub.Parse(pb.ParseRequest(image=picture()))
        error: Any = raised.value
        assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert squares.begun == begun + 1  # the last


def test_a_call_that_is_cancelled_takes_its_picture_along(squares: Squares) -> None:
    with served(squares) as given:
        waiting = given.stub.Parse.future(pb.ParseRequest(image=picture(SLOW)))
        squares.gate.wait_reached()
        begun = squares.begun
        left = given.stub.Parse.future(pb.ParseRequest(image=picture()))
        wait_for(lambda: given.service.parser.statistics().queued == 1)
        left.cancel()
        wait_for(lambda: given.service.admission.inside == 1)
        squares.gate.open()
        waiting.result()
        given.stub.Parse(pb.ParseRequest(image=picture()))
        assert squares.begun == begun + 1
        assert given.metric("mirror_grpc_calls_total", method="Parse", code="CANCELLED") == 1.0


# what looks after a service, and what finds out what it can do


def test_health_says_when_it_serves_and_when_it_stops(squares: Squares) -> None:
    with served(squares, tokens=(Token(name="ada", token=ADA),)) as given:
        asking = health_pb2_grpc.HealthStub(given.channel)
        heard = asking.Watch(health_pb2.HealthCheckRequest(service="mirror.v1.Mirror"))
        statuses = [next(heard).status]
        while statuses[-1] != health_pb2.HealthCheckResponse.SERVING:
            statuses.append(next(heard).status)
        given.service.admission.drain()
        assert next(heard).status == health_pb2.HealthCheckResponse.NOT_SERVING
        mine = (("authorization", f"Bearer {ADA}"),)
        request = pb.ParseRequest(image=picture())
        why = refused(grpc.StatusCode.UNAVAILABLE, given.stub.Parse, request, metadata=mine)
        assert why[str] == "service.stopping"


def test_a_client_without_the_definition_finds_out_and_asks(squares: Squares) -> None:
    """As grpcurl does: from a service's name to a message that is sent."""
    with served(squares) as given:
        database = ProtoReflectionDescriptorDatabase(given.channel)
        assert "mirror.v1.Mirror" in database.get_services()
        pool = descriptor_pool.DescriptorPool(database)
        method = pool.FindServiceByName("mirror.v1.Mirror").FindMethodByName("Parse")
        asked = message_factory.GetMessageClass(method.input_type)(image=picture())
        call = given.channel.unary_unary(
            "/mirror.v1.Mirror/Parse",
            request_serializer=type(asked).SerializeToString,
            response_deserializer=message_factory.GetMessageClass(method.output_type).FromString,
        )
        assert call(asked).result.areas["head"] == 48 * 32


def test_when_the_service_stops_calls_under_way_are_answered(squares: Squares) -> None:
    with served(squares) as given:
        waiting = given.stub.Parse.future(pb.ParseRequest(image=picture()))
        assert waiting.result().timing.parse > 0
        channel, port = given.channel, given.port
        assert channel is not None
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        with pytest.raises(grpc.RpcError) as raised:
            MIRROR(channel).Parse(pb.ParseRequest(image=picture()), timeout=5)
    error: Any = raised.value
    assert error.code() is grpc.StatusCode.UNAVAILABLE


# jobs


def submitted(data: bytes, **options: Any) -> Iterator[pb.SubmitJobRequest]:
    yield pb.SubmitJobRequest(options=pb.JobOptions(**options))
    for start in range(0, len(data), 1000):
        yield pb.SubmitJobRequest(chunk=data[start : start + 1000])


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_video(tmp_path_factory.mktemp("film") / "in.mp4", 6).read_bytes()


def test_a_job_is_submitted_watched_and_fetched(squares: Squares, film: bytes) -> None:
    with served(squares) as given:
        job = given.stub.SubmitJob(submitted(film, outputs=["results"], idempotency_key="one"))
        again = given.stub.SubmitJob(submitted(film, outputs=["results"], idempotency_key="one"))
        assert again.id == job.id
        *_, last = given.stub.WatchJob(pb.WatchJobRequest(id=job.id))
        assert last.state == pb.JOB_STATE_DONE
        assert [file.name for file in last.results] == ["results.jsonl"]
        assert given.stub.GetJob(pb.GetJobRequest(id=job.id)) == last
        chunks = given.stub.ReadResult(pb.ReadResultRequest(id=job.id))
        data = b"".join(chunk.data for chunk in chunks)
    assert len(data) == last.results[0].size
    assert len(data.splitlines()) == 1 + 6


def test_a_job_is_seen_by_its_owner_alone(squares: Squares, film: bytes) -> None:
    tokens = Token(name="ada", token=ADA), Token(name="bob", token=BOB)
    with served(squares, tokens=tokens) as given:
        ada, bob = ((("authorization", f"Bearer {token}"),) for token in (ADA, BOB))
        job = given.stub.SubmitJob(submitted(film), metadata=ada)
        for call, request in (
            (given.stub.GetJob, pb.GetJobRequest(id=job.id)),
            (given.stub.WatchJob, pb.WatchJobRequest(id=job.id)),
            (given.stub.CancelJob, pb.CancelJobRequest(id=job.id)),
            (given.stub.ReadResult, pb.ReadResultRequest(id=job.id)),
        ):
            why = refused(grpc.StatusCode.NOT_FOUND, call, request, metadata=bob)
            assert why[str] == "job.not_found"
        assert given.stub.GetJob(pb.GetJobRequest(id=job.id), metadata=ada).id == job.id


def test_whoever_watches_a_job_hears_that_the_service_stops(squares: Squares, film: bytes) -> None:
    with served(squares) as given:
        squares.hold = True
        job = given.stub.SubmitJob(submitted(film))
        squares.gate.wait_reached()
        watched = given.stub.WatchJob(pb.WatchJobRequest(id=job.id))
        assert next(watched).id == job.id
        given.service.admission.drain()
        assert refused(grpc.StatusCode.UNAVAILABLE, lambda: watched)[str] == "service.stopping"
        squares.gate.open()


def test_whoever_watches_leaves_places_for_others_over_both_protocols(
    squares: Squares, film: bytes
) -> None:
    tokens = Token(name="ada", token=ADA), Token(name="bob", token=BOB)
    ada, bob = ((("authorization", f"Bearer {token}"),) for token in (ADA, BOB))
    with served(squares, tokens=tokens, most_watchers=4) as given:
        squares.hold = True
        of_ada, of_bob = (
            given.stub.SubmitJob(submitted(film), metadata=who).id for who in (ada, bob)
        )
        watched = given.stub.WatchJob(pb.WatchJobRequest(id=of_ada), metadata=ada)
        assert next(watched).id == of_ada
        events = urllib.request.Request(
            f"{given.http}/v1/jobs/{of_ada}/events", headers={"Authorization": f"Bearer {ADA}"}
        )
        with urllib.request.urlopen(events) as answer:
            assert answer.readline() == b"event: job\n"
            why = refused(
                grpc.StatusCode.RESOURCE_EXHAUSTED, given.stub.WatchJob,
                pb.WatchJobRequest(id=of_ada), metadata=ada,
            )  # fmt: skip
            assert why[str] == "client.busy"
            with pytest.raises(urllib.error.HTTPError) as too_many:
                urllib.request.urlopen(events)
            assert too_many.value.code == 429
            assert json.load(too_many.value)["code"] == "client.busy"
            others = given.stub.WatchJob(pb.WatchJobRequest(id=of_bob), metadata=bob)
            assert next(others).id == of_bob
            squares.hold = False
            squares.gate.open()
            assert [list(one)[-1].state for one in (watched, others)] == 2 * [pb.JOB_STATE_DONE]
            assert answer.read().count(b'"state":"done"') == 1


def test_a_job_is_cancelled(squares: Squares, film: bytes) -> None:
    with served(squares) as given:
        squares.hold = True
        job = given.stub.SubmitJob(submitted(film))
        squares.gate.wait_reached()
        why = refused(
            grpc.StatusCode.FAILED_PRECONDITION, given.stub.ReadResult,
            pb.ReadResultRequest(id=job.id),
        )  # fmt: skip
        assert why[str] == "job.not_done"
        cancelled = given.stub.CancelJob(pb.CancelJobRequest(id=job.id))
        assert cancelled.state in (pb.JOB_STATE_CANCELLING, pb.JOB_STATE_CANCELLED)
        squares.gate.open()
        *_, last = given.stub.WatchJob(pb.WatchJobRequest(id=job.id))
    assert last.state == pb.JOB_STATE_CANCELLED


NO_JOBS: list[tuple[list[pb.SubmitJobRequest], str]] = [
    ([], "request.missing"),
    ([pb.SubmitJobRequest(options=pb.JobOptions())], "input.missing"),
    ([pb.SubmitJobRequest(chunk=bytes(90_000))] * 12, "request.too_large"),
    ([pb.SubmitJobRequest(options=pb.JobOptions(quality=99))], "request.invalid"),
    ([pb.SubmitJobRequest(options=pb.JobOptions(idempotency_key="a b"))], "request.invalid"),
    (
        [pb.SubmitJobRequest(chunk=b"a"), pb.SubmitJobRequest(options=pb.JobOptions())],
        "request.unordered",
    ),
]


def test_what_cannot_become_a_job_is_refused(squares: Squares) -> None:
    with served(squares) as given:
        for messages, code in NO_JOBS:
            why = refused(grpc.StatusCode.INVALID_ARGUMENT, given.stub.SubmitJob, iter(messages))
            assert why[str] == code


# streams


def streamed(pictures: list[bytes], **options: Any) -> Iterator[pb.StreamRequest]:
    yield pb.StreamRequest(options=pb.StreamOptions(**options))
    for data in pictures:
        yield pb.StreamRequest(image=data)


def test_a_stream_is_answered_in_order_whatever_is_sent_at_once(squares: Squares) -> None:
    pictures = [picture() for _ in range(40)]
    pictures[7] = b"nothing"
    with served(squares) as given:
        said = list(given.stub.Stream(streamed(pictures, outputs=["results", "overlay"], fps=25)))
    hello, *answers, end = said
    assert hello.hello.parser == "squares"
    assert hello.hello.time_base == "1/25"
    assert hello.credits > 0
    frames = [answer.frame for answer in answers if answer.HasField("frame")]
    assert [frame.frame for frame in frames] == [n for n in range(40) if n != 7]
    assert [frame.pts for frame in frames] == [frame.frame for frame in frames]
    assert frames[0].result.areas["head"] == 48 * 32
    assert frames[0].overlay.startswith(b"\xff\xd8")
    failed = [answer.failed for answer in answers if answer.HasField("failed")]
    assert [(one.frame, one.code) for one in failed] == [(7, "picture.unknown")]
    assert (end.end.frames, end.end.answered, end.end.failed) == (40, 39, 1)


def test_a_client_that_sends_too_much_is_not_read_from(squares: Squares) -> None:
    taken: list[int] = []

    def endless() -> Iterator[pb.StreamRequest]:
        large = picture() + bytes(90_000)  # what follows a picture does no harm
        for number in range(400):
            taken.append(number)
            yield pb.StreamRequest(image=large)

    with served(squares) as given:
        squares.hold = True
        answers = given.stub.Stream(endless())
        window = next(answers).credits
        squares.gate.wait_reached()
        before = -1
        while len(taken) != before:  # until nothing moves for a while
            before = len(taken)
            time.sleep(0.3)
        assert window <= before < 300
        squares.gate.open()
        *_, last = answers
    assert last.end.answered == 400


def test_a_live_stream_drops_what_is_overtaken(squares: Squares) -> None:
    with served(squares) as given:
        squares.hold = True
        answers = given.stub.Stream(streamed([picture() for _ in range(30)], live=True))
        said = [next(answers)]
        while not said[-1].HasField("dropped"):
            said.append(next(answers))
        squares.gate.open()
        said += answers
    assert {answer.dropped.reason for answer in said if answer.HasField("dropped")} == {"overtaken"}
    frames = [answer.frame.frame for answer in said if answer.HasField("frame")]
    assert frames == sorted(frames)
    assert frames[-1] == 29
    assert said[-1].end.answered + said[-1].end.dropped == 30


def test_whoever_reads_nothing_of_a_stream_is_let_go(squares: Squares) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (90, 100, 3), np.uint8)
    image = bytes(cv2.imencode(".png", noise)[1])
    with served(squares, streams=Streams(1, Patience(unread_s=0.2))) as given:
        answers = given.stub.Stream(streamed([image] * 5000, outputs=["overlay"], format="jpeg"))
        next(answers)
        wait_for(lambda: not given.service.streams.open)  # though it still sends
        wait_for(lambda: not given.service.parser.statistics().lanes)
        assert refused(grpc.StatusCode.ABORTED, lambda: answers)[str] == "stream.unread"


def test_a_stream_that_is_cancelled_leaves_nothing(squares: Squares) -> None:
    with served(squares) as given:
        squares.hold = True
        answers = given.stub.Stream(streamed([picture()] * 3))
        next(answers)
        squares.gate.wait_reached()
        answers.cancel()
        squares.gate.open()
        wait_for(lambda: not given.service.parser.statistics().lanes)
        wait_for(lambda: given.service.streams.open == 0)  # a moment after its lane


BROKEN_RULES: list[tuple[list[pb.StreamRequest], str]] = [
    ([pb.StreamRequest(options=pb.StreamOptions(format="gif"))], "request.invalid"),
    ([pb.StreamRequest(options=pb.StreamOptions())] * 2, "stream.unknown_message"),
    ([pb.StreamRequest(image=picture()), pb.StreamRequest()], "stream.unknown_message"),
]


def test_a_stream_that_breaks_the_rules_is_ended(squares: Squares) -> None:
    with served(squares) as given:
        for messages, code in BROKEN_RULES:
            why = refused(grpc.StatusCode.INVALID_ARGUMENT, given.stub.Stream, iter(messages))
            assert why[str] == code
        wait_for(lambda: not given.service.parser.statistics().lanes)


def test_more_streams_than_there_may_be_are_refused(squares: Squares) -> None:
    with served(squares) as given, contextlib.ExitStack() as ends:
        open_ones = [given.stub.Stream(waiting_requests(ends)) for _ in range(4)]
        for answers in open_ones:
            next(answers)
        why = refused(grpc.StatusCode.RESOURCE_EXHAUSTED, given.stub.Stream, streamed([]))
    assert why[str] == "service.busy"


def waiting_requests(ends: contextlib.ExitStack) -> Iterator[pb.StreamRequest]:
    ended = threading.Event()
    ends.callback(ended.set)
    yield pb.StreamRequest(options=pb.StreamOptions())
    ended.wait()


def test_a_call_names_who_is_to_parse(squares: Squares) -> None:
    other = Squares()
    other.name = "m2fp"
    choice = ParserChoice(names=("m2fp",), find=lambda *_: other)
    with served(squares, choice=choice) as given:
        answer = given.stub.Parse(pb.ParseRequest(image=picture(), parser="m2fp"))
        assert (answer.result.parser, other.begun) == ("m2fp", 1)
        options = pb.StreamRequest(options=pb.StreamOptions(parser="m2fp"))
        first = next(given.stub.Stream(iter([options])))
        assert first.hello.parser == "m2fp"
        unknown = pb.ParseRequest(image=picture(), parser="os:system")
        refused(grpc.StatusCode.INVALID_ARGUMENT, given.stub.Parse, unknown)
