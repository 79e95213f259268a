"""Jobs in Redis: several instances behind one address share them, and outlive one another."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from mirror.serve.jobs import changes
from mirror.serve.jobs.record import STATES, Failure, JobRecord, ResultFile, State
from mirror.serve.jobs.store import (
    INPUT,
    UPLOAD_S,
    USUAL_KEEPING,
    Keeping,
    StoreFull,
    saying_away,
)

_ENDED: tuple[State, ...] = ("done", "failed", "cancelled")
_TRIES = 100  # of a change that others come before
_SLOWEST_S = 10.0  # of one answer
_AGAIN_AFTER_S = 0.1
_FORGET_FILE = """
redis.call('DECRBY', KEYS[3], redis.call('HGET', KEYS[2], KEYS[1]) or 0)
redis.call('DEL', KEYS[1])
redis.call('HDEL', KEYS[2], KEYS[1])
"""  # as one, since several instances sweep
_is_away = saying_away(redis.RedisError)


class RedisStore:
    """See ``JobStore``.

    A job is a string of JSON; a sorted set a state orders them by what they are looked for by. A
    change is made under WATCH, so that of two at once one is made again. Files are hashes of
    numbered pieces: one that is sent again, since nobody knows whether it came, is there once.

    Args:
        address: ``redis://host:port/number``.
        keeping: how long and how much is kept.
        clock: seconds since 1970; the same for all instances, about.
        client: a connection that is there already; the address does not count then.
    """

    def __init__(
        self,
        address: str,
        keeping: Keeping = USUAL_KEEPING,
        clock: Callable[[], float] = time.time,
        client: redis.Redis | None = None,
    ) -> None:
        self._keeping, self._clock = keeping, clock
        self._redis: Any = client or redis.Redis.from_url(
            address,
            socket_timeout=_SLOWEST_S,
            health_check_interval=15,
            retry=Retry(ConstantBackoff(_AGAIN_AFTER_S), 1),  # a connection may be an old server's
        )
        self._redis.ping()

    @_is_away
    def add(self, job: JobRecord, data: Iterable[bytes]) -> JobRecord:
        """See ``JobStore``."""
        if (known := self._known(job)) is not None:
            return known
        job = job.changed(input_size=self.put(job.id, 0, INPUT, data))
        kept = self._added(job)
        if kept.id != job.id:
            self._drop_files(job.id)
        return kept

    @_is_away
    def get(self, id: str) -> JobRecord | None:
        """See ``JobStore``."""
        text = self._redis.get(_name("job", id))
        return None if text is None else JobRecord.model_validate_json(text)

    @_is_away
    def position(self, job: JobRecord) -> int:
        """See ``JobStore``."""
        place = self._redis.zrank(_name("state", "queued"), job.id)
        return 0 if place is None else int(place)

    @_is_away
    def claim(self, worker: str, lease_s: float) -> JobRecord | None:
        """See ``JobStore``."""

        def take(job: JobRecord) -> JobRecord | None:
            now = self._clock()
            return changes.claimed(job, worker, lease_s, now) if changes.is_due(job, now) else None

        while (id := self._due()) is not None:
            job = self._change(id, take)
            if job is not None and job.state == "running":
                return job
            if job is not None:  # that was its end, and the next one's turn comes
                self._drop_files(id)
        return None

    @_is_away
    def renew(
        self, id: str, worker: str, lease_s: float, frames: int, total: int | None, fps: float
    ) -> bool:
        """See ``JobStore``."""
        now = self._clock()
        job = self._change(
            id,
            lambda job: (
                changes.renewed(job, lease_s, now, frames, total, fps)
                if changes.is_held(job, worker)
                else None
            ),
        )
        return job is not None and not job.is_cancelled

    @_is_away
    def finish(
        self,
        id: str,
        worker: str,
        state: State,
        results: tuple[ResultFile, ...] = (),
        failure: Failure | None = None,
    ) -> bool:
        """See ``JobStore``."""
        now = self._clock()
        job = self._change(
            id,
            lambda job: (
                changes.ended(job, state, now, results, failure)
                if changes.is_held(job, worker)
                else None
            ),
        )
        if job is None:
            return False
        self._drop_files(id, but_of=job.attempt if job.results else -1)
        return True

    @_is_away
    def release(self, id: str, worker: str) -> bool:
        """See ``JobStore``."""
        now = self._clock()
        job = self._change(
            id,
            lambda job: changes.released(job, now) if changes.is_held(job, worker) else None,
        )
        if job is None:
            return False
        self._drop_files(id, but_of=0 if job.is_open else -1)
        return True

    @_is_away
    def cancel(self, id: str) -> JobRecord | None:
        """See ``JobStore``."""
        now = self._clock()
        job = self._change(id, lambda job: changes.cancelled(job, now))
        if job is not None and not job.is_open:
            self._drop_files(id)
        return job

    @_is_away
    def put(self, id: str, attempt: int, name: str, data: Iterable[bytes]) -> int:
        """See ``JobStore``."""
        file, size = _name("file", id, str(attempt), name), 0
        self._redis.sadd(_name("files", id), file)
        self._redis.zadd(_name("uploads"), {id: self._clock()}, nx=True)
        self._forget_file(file)
        try:
            for number, chunk in enumerate(data):
                size += len(chunk)
                with self._redis.pipeline() as together:
                    together.hset(file, str(number), chunk)
                    together.hincrby(_name("sizes"), file, len(chunk))
                    together.incrby(_name("size"), len(chunk))
                    total = together.execute()[-1]
                if int(total) > self._keeping.most_bytes:
                    raise StoreFull
        except BaseException:
            self._forget_file(file)
            raise
        return size

    def read(self, id: str, attempt: int, name: str) -> Iterator[bytes]:
        """See ``JobStore``."""
        file, number = _name("file", id, str(attempt), name), 0
        while (chunk := self._piece(file, number)) is not None:
            yield chunk
            number += 1
        if not number:
            raise KeyError(name)

    @_is_away
    def sweep(self) -> None:
        """See ``JobStore``."""
        now = self._clock()
        for state in _ENDED:
            for id in self._until(_name("state", state), now - self._keeping.results_s):
                self._drop_files(id)
                self._change(id, changes.expired)
        forgotten = now - self._keeping.results_s - self._keeping.record_s
        for id in self._until(_name("state", "expired"), forgotten):
            job = self.get(id)
            with self._redis.pipeline() as together:
                together.delete(_name("job", id))
                together.zrem(_name("state", "expired"), id)
                if job is not None and job.key is not None:
                    together.delete(self._key_of(job))
                together.execute()
        for id in self._until(_name("uploads"), now - UPLOAD_S):
            if self.get(id) is None:  # left of an upload that was cut off
                self._drop_files(id)
            self._redis.zrem(_name("uploads"), id)

    @_is_away
    def counts(self) -> Mapping[State, int]:
        """See ``JobStore``."""
        return {state: int(self._redis.zcard(_name("state", state))) for state in STATES}

    @_is_away
    def size(self) -> int:
        """See ``JobStore``."""
        return int(self._redis.get(_name("size")) or 0)

    def close(self) -> None:
        """See ``JobStore``."""
        self._redis.close()

    def _due(self) -> str | None:
        """The oldest job that may be due."""
        oldest = self._redis.zrange(_name("state", "queued"), 0, 0)
        left = self._until(_name("state", "running"), self._clock())
        ids = [_text(id) for id in oldest] + left
        return min(ids, default=None)  # ids sort by when they were made

    def _change(self, id: str, change: Callable[[JobRecord], JobRecord | None]) -> JobRecord | None:
        """Make a change that nobody else's comes into; None where there is none to make."""
        for _ in range(_TRIES):
            with self._redis.pipeline() as together:
                try:
                    together.watch(_name("job", id))
                    text = together.get(_name("job", id))
                    before = None if text is None else JobRecord.model_validate_json(text)
                    after = None if before is None else change(before)
                    if after is None:
                        return None
                    together.multi()
                    self._write(together, after, before)
                    together.execute()
                    return after
                except redis.WatchError:
                    continue
        raise redis.WatchError(f"job {id} could not be changed: too many others did")

    def _write(self, together: Any, job: JobRecord, before: JobRecord | None) -> None:  # noqa: ANN401
        together.set(_name("job", job.id), job.model_dump_json())
        if before is not None and before.state != job.state:
            together.zrem(_name("state", before.state), job.id)
        together.zadd(_name("state", job.state), {job.id: _score(job)})

    def _added(self, job: JobRecord) -> JobRecord:
        """Keep a new job, and under what key it is known, at once; return who had it before."""
        for _ in range(_TRIES):
            with self._redis.pipeline() as together:
                try:
                    if job.key is not None:
                        together.watch(self._key_of(job))
                        if (known := self._known(job)) is not None:
                            return known
                        together.multi()
                        together.set(self._key_of(job), job.id)
                    self._write(together, job, None)
                    together.execute()
                    return job
                except redis.WatchError:
                    continue
        raise redis.WatchError(f"job {job.id} could not be kept: too many others came")

    @_is_away
    def _piece(self, file: str, number: int) -> bytes | None:
        piece = self._redis.hget(file, str(number))
        return None if piece is None else bytes(piece)

    def _known(self, job: JobRecord) -> JobRecord | None:
        if job.key is None:
            return None
        id = self._redis.get(self._key_of(job))
        return None if id is None else self.get(_text(id))

    def _key_of(self, job: JobRecord) -> str:
        return _name("key", job.owner, job.key or "")

    def _until(self, name: str, score: float) -> list[str]:
        return [_text(id) for id in self._redis.zrangebyscore(name, "-inf", score)]

    def _drop_files(self, id: str, but_of: int | None = None) -> None:
        kept = "" if but_of is None else _name("file", id, str(but_of), "")
        for file in map(_text, self._redis.smembers(_name("files", id))):
            if not kept or not file.startswith(kept):
                self._forget_file(file)
                self._redis.srem(_name("files", id), file)

    def _forget_file(self, file: str) -> None:
        self._redis.eval(_FORGET_FILE, 3, file, _name("sizes"), _name("size"))


def _score(job: JobRecord) -> float:
    """What a job is looked for by in its state."""
    if job.state == "queued":
        return job.created_at
    return job.leased_until if job.state == "running" else job.finished_at or job.created_at


def _name(*words: str) -> str:
    return ":".join(("mirror", *words))


def _text(data: bytes | str) -> str:
    return data.decode() if isinstance(data, bytes) else data
