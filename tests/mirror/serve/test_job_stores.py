"""What every store of jobs must do, wherever it keeps them: one contract for all."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from doubles import FakeClock
from instances import Redis

from mirror.serve.jobs.record import JobRecord, ResultFile, new_id
from mirror.serve.jobs.redis_store import RedisStore
from mirror.serve.jobs.sqlite_store import SqliteStore
from mirror.serve.jobs.store import INPUT, JobStore, Keeping, StoreAway, StoreFull

KEEPING = Keeping(results_s=100.0, record_s=1000.0, most_bytes=5000)
Open = Callable[[], JobStore]


@pytest.fixture(scope="module")
def redis_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of its own."""
    with Redis(tmp_path_factory.mktemp("redis")) as server:
        yield server.address


@pytest.fixture(params=["temporary", "sqlite", "redis"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path, clock: FakeClock) -> Iterator[Open]:
    """Opens stores of one kind: more than one, where they can share what they keep."""
    stores: list[JobStore] = []
    if request.param == "redis":
        address = request.getfixturevalue("redis_address")
        RedisStore(address)._redis.flushall()

    def open_one() -> JobStore:
        if request.param == "redis":
            stores.append(RedisStore(address, KEEPING, clock))
        elif request.param == "sqlite":
            stores.append(SqliteStore(tmp_path / "jobs.db", KEEPING, clock))
        elif not stores:
            stores.append(SqliteStore(None, KEEPING, clock))
        return stores[-1]

    yield open_one
    for store in stores:
        store.close()


@pytest.fixture
def store(open_store: Open) -> JobStore:
    return open_store()


def job(clock: FakeClock, key: str | None = None, owner: str = "ann") -> JobRecord:
    clock.now += 1.0
    return JobRecord(
        id=new_id(clock.now), owner=owner, key=key, input_name="a.mp4", created_at=clock.now
    )


def test_a_job_is_kept_with_its_input(store: JobStore, clock: FakeClock) -> None:
    added = store.add(job(clock), [b"one", b"two"])
    assert added.input_size == 6
    assert store.get(added.id) == added
    assert list(store.read(added.id, 0, INPUT)) == [b"one", b"two"]
    assert store.size() == 6
    assert store.get("nobody's") is None
    with pytest.raises(KeyError):
        next(store.read(added.id, 0, "another"))


def test_the_same_request_twice_is_one_job(store: JobStore, clock: FakeClock) -> None:
    first = store.add(job(clock, "k"), [b"a"])
    assert store.add(job(clock, "k"), [b"b"]) == first
    assert store.add(job(clock, "k", "bob"), [b"c"]).id != first.id
    assert store.add(job(clock), [b"d"]).id != first.id
    assert store.size() == 3


def test_jobs_are_taken_oldest_first_and_each_once(store: JobStore, clock: FakeClock) -> None:
    added = [store.add(job(clock), [b""]) for _ in range(3)]
    assert [store.position(one) for one in added] == [0, 1, 2]
    taken = [store.claim(name, 10.0) for name in ("w1", "w2", "w3", "w4")]
    assert [one and one.id for one in taken] == [*(one.id for one in added), None]
    assert taken[1] is not None
    assert (taken[1].state, taken[1].worker, taken[1].attempt) == ("running", "w2", 1)
    assert store.counts()["running"] == 3


def test_many_at_once_never_take_the_same_job(open_store: Open, clock: FakeClock) -> None:
    stores = [open_store() for _ in range(4)]
    for _ in range(24):
        stores[0].add(job(clock), [b""])
    gate = threading.Barrier(4)

    def take_all(number: int) -> list[str]:
        gate.wait(10.0)
        claims = iter(lambda: stores[number].claim(f"w{number}", 10.0), None)
        return [one.id for one in claims if one is not None]

    with ThreadPoolExecutor(4) as threads:
        taken = list(itertools.chain(*threads.map(take_all, range(4))))
    assert len(taken) == 24
    assert max(Counter(taken).values()) == 1


def test_whoever_is_gone_is_followed_by_another_whose_word_counts(
    open_store: Open, clock: FakeClock
) -> None:
    one, other = open_store(), open_store()
    id = one.add(job(clock), [b"in"]).id
    assert one.claim("w1", 10.0)
    clock.now += 9.0
    assert other.claim("w2", 10.0) is None
    assert one.renew(id, "w1", 10.0, 5, 50, 12.5)
    clock.now += 9.0
    assert other.claim("w2", 10.0) is None
    clock.now += 1.0
    again = other.claim("w2", 10.0)
    assert again is not None
    assert (again.attempt, again.frames) == (2, 0)
    one.put(id, 1, "film", [b"late"])
    other.put(id, 2, "film", [b"in time"])
    assert not one.renew(id, "w1", 10.0, 6, 50, 12.5)
    assert not one.finish(id, "w1", "done", (ResultFile(name="late", media_type="", size=4),))
    results = (ResultFile(name="film", media_type="video/mp4", size=7),)
    assert other.finish(id, "w2", "done", results)
    done = one.get(id)
    assert done is not None
    assert (done.state, done.results, done.attempt) == ("done", results, 2)
    assert list(one.read(id, 2, "film")) == [b"in time"]
    assert one.size() == len(b"in time")
    assert other.claim("w3", 10.0) is None


def test_a_job_that_is_given_back_is_begun_anew_and_nobody_counts_as_lost(
    store: JobStore, clock: FakeClock
) -> None:
    id = store.add(job(clock), [b"in"]).id
    for attempt in range(1, 6):
        taken = store.claim("w", 10.0)
        assert taken is not None
        assert (taken.attempt, taken.lost) == (attempt, 0)
        store.renew(id, "w", 10.0, 5, 50, 12.5)
        store.put(id, attempt, "film", [b"half of it"])
        assert store.release(id, "w")
        waits = store.get(id)
        assert waits is not None
        assert (waits.state, waits.frames, store.position(waits)) == ("queued", 0, 0)
        assert store.size() == len(b"in")
    assert not store.release(id, "w")
    assert not store.finish(id, "w", "done")
    assert list(store.read(id, 0, INPUT)) == [b"in"]


def test_a_job_that_is_given_back_and_not_wanted_has_ended(
    store: JobStore, clock: FakeClock
) -> None:
    id = store.add(job(clock), [b"in"]).id
    assert store.claim("w", 10.0)
    store.cancel(id)
    assert store.release(id, "w")
    ended = store.get(id)
    assert ended is not None
    assert (ended.state, store.size()) == ("cancelled", 0)


def test_only_whoever_has_a_job_gives_it_back(store: JobStore, clock: FakeClock) -> None:
    id = store.add(job(clock), [b"in"]).id
    assert store.claim("w", 10.0)
    assert not store.release(id, "another")
    assert not store.release("nobody's", "w")
    assert store.counts()["running"] == 1


def test_requests_at_once_with_one_key_are_one_job(open_store: Open, clock: FakeClock) -> None:
    stores = [open_store() for _ in range(4)]
    wanted = [job(clock, "k") for _ in stores]
    gate = threading.Barrier(4)

    def add(number: int) -> str:
        gate.wait(10.0)
        return stores[number].add(wanted[number], [b"in"]).id

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(add, range(4)))) == 1
    assert stores[0].counts()["queued"] == 1
    assert stores[0].size() == len(b"in")


def test_a_job_that_takes_everybody_with_it_is_given_up(store: JobStore, clock: FakeClock) -> None:
    id = store.add(job(clock), [b"in"]).id
    for _ in range(3):
        assert store.claim("w", 1.0)
        clock.now += 2.0
    assert store.claim("w", 1.0) is None
    lost = store.get(id)
    assert lost is not None
    assert lost.failure is not None
    assert (lost.state, lost.failure.code) == ("failed", "job.lost")
    assert store.size() == 0


def test_a_queued_job_is_cancelled_at_once(store: JobStore, clock: FakeClock) -> None:
    id = store.add(job(clock), [b"in"]).id
    ended = store.cancel(id)
    assert ended is not None
    assert ended.state == "cancelled"
    assert store.claim("w", 10.0) is None
    assert store.size() == 0
    assert store.cancel("nobody's") is None


def test_a_running_job_hears_that_it_is_cancelled(store: JobStore, clock: FakeClock) -> None:
    id = store.add(job(clock), [b"in"]).id
    assert store.claim("w", 10.0)
    ends = store.cancel(id)
    assert ends is not None
    assert (ends.state, ends.is_cancelled) == ("running", True)
    assert not store.renew(id, "w", 10.0, 1, None, 1.0)
    assert store.finish(id, "w", "cancelled")
    assert store.counts()["cancelled"] == 1


def test_a_cancelled_job_whose_worker_is_gone_ends_with_the_next(
    store: JobStore, clock: FakeClock
) -> None:
    id = store.add(job(clock), [b"in"]).id
    assert store.claim("w", 10.0)
    store.cancel(id)
    clock.now += 11.0
    assert store.claim("w2", 10.0) is None
    ended = store.get(id)
    assert ended is not None
    assert ended.state == "cancelled"


def test_results_expire_and_are_known_to_have_been_there(store: JobStore, clock: FakeClock) -> None:
    id = store.add(job(clock, "k"), [b"in"]).id
    assert store.claim("w", 10.0)
    store.put(id, 1, "film", [b"film"])
    assert store.finish(id, "w", "done", (ResultFile(name="film", media_type="", size=4),))
    clock.now += 99.0
    store.sweep()
    kept = store.get(id)
    assert kept is not None
    assert kept.state == "done"
    clock.now += 1.0
    store.sweep()
    gone = store.get(id)
    assert gone is not None
    assert (gone.state, gone.results, store.size()) == ("expired", (), 0)
    clock.now += 1000.0
    store.sweep()
    assert store.get(id) is None
    assert sum(store.counts().values()) == 0
    assert store.add(job(clock, "k"), [b"new"]).id != id


def test_what_is_still_open_never_expires(store: JobStore, clock: FakeClock) -> None:
    queued = store.add(job(clock), [b"in"]).id
    clock.now += 10_000.0
    store.sweep()
    found = store.get(queued)
    assert found is not None
    assert found.state == "queued"
    assert store.claim("w", 10.0)


def test_there_is_room_for_so_much_and_no_more(store: JobStore, clock: FakeClock) -> None:
    kept = store.add(job(clock), [bytes(1000)] * 3)
    with pytest.raises(StoreFull):
        store.add(job(clock), [bytes(1000)] * 3)
    assert store.size() == 3000
    assert len(list(store.read(kept.id, 0, INPUT))) == 3
    store.cancel(kept.id)
    assert store.add(job(clock), [bytes(1000)] * 3)


def test_what_an_upload_left_that_was_cut_off_goes_in_time(
    store: JobStore, clock: FakeClock
) -> None:
    cut_off = new_id(clock.now)
    store.put(cut_off, 0, INPUT, [b"half of it"])
    store.sweep()
    assert store.size() == 10
    clock.now += 3601.0
    store.sweep()
    assert store.size() == 0


def test_an_upload_that_breaks_leaves_nothing(store: JobStore, clock: FakeClock) -> None:
    def broken() -> Iterator[bytes]:
        yield b"some"
        raise OSError("the client left")

    wanted = job(clock)
    with pytest.raises(OSError, match="the client left"):
        store.add(wanted, broken())
    assert store.get(wanted.id) is None
    assert store.size() == 0


def test_a_file_of_jobs_outlives_its_process(tmp_path: Path, clock: FakeClock) -> None:
    store = SqliteStore(tmp_path / "jobs.db", KEEPING, clock)
    id = store.add(job(clock), [b"in"]).id
    store.close()
    again = SqliteStore(tmp_path / "jobs.db", KEEPING, clock)
    assert again.claim("w", 10.0) is not None
    assert list(again.read(id, 0, INPUT)) == [b"in"]
    again.close()


@pytest.mark.parametrize(("name", "waits"), [("jobs.db", True), (None, False)])
def test_only_what_is_to_outlive_the_machine_is_waited_for_until_it_is_on_the_disk(
    tmp_path: Path, name: str | None, waits: bool
) -> None:
    with contextlib.closing(SqliteStore(tmp_path / name if name else None)) as store:
        (synchronous,) = store._database.execute("PRAGMA synchronous").fetchone()
    assert synchronous == (2 if waits else 0)


def test_a_redis_that_is_away_is_said_to_be_and_comes_back(
    tmp_path: Path, clock: FakeClock
) -> None:
    with Redis(tmp_path, durable=True) as server:
        store = RedisStore(server.address, KEEPING, clock)
        id = store.add(job(clock, "k"), [b"in"]).id
        server.kill()
        for ask in (
            lambda: store.get(id),
            lambda: store.add(job(clock), [b"in"]),
            lambda: store.claim("w", 1.0),
            lambda: store.renew(id, "w", 1.0, 0, None, 0.0),
            lambda: store.finish(id, "w", "done"),
            lambda: store.release(id, "w"),
            lambda: store.cancel(id),
            lambda: store.put(id, 1, "film", [b"film"]),
            lambda: next(store.read(id, 0, INPUT)),
            store.sweep,
            store.size,
        ):
            with pytest.raises(StoreAway):
                ask()
        server.start()
        assert store.claim("w", 10.0) is not None
        assert list(store.read(id, 0, INPUT)) == [b"in"]
        store.close()
