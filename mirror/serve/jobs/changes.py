"""What can become of a job, as functions from a record to a record: every store does the same."""

from __future__ import annotations

from mirror.serve.jobs.record import MOST_LOST, Failure, JobRecord, ResultFile, State

LOST = Failure(
    code="job.lost", detail=f"Whoever worked on it was lost {MOST_LOST} times; it was given up."
)


def is_due(job: JobRecord, now: float) -> bool:
    """Whether somebody is to take it: nobody has begun it, or whoever has is gone."""
    return job.state == "queued" or (job.state == "running" and job.leased_until <= now)


def claimed(job: JobRecord, worker: str, lease_s: float, now: float) -> JobRecord:
    """Return a job that is due, taken by a worker; failed or cancelled where that is its end."""
    if job.is_cancelled:
        return ended(job, "cancelled", now)
    lost = job.lost + (job.state == "running")
    if lost >= MOST_LOST:
        return ended(job, "failed", now, failure=LOST)
    return job.changed(
        state="running",
        started_at=now,
        attempt=job.attempt + 1,
        lost=lost,
        worker=worker,
        leased_until=now + lease_s,
        frames=0,
        fps=0.0,
    )


def is_held(job: JobRecord | None, worker: str) -> bool:
    """Whether a worker still has it."""
    return job is not None and job.state == "running" and job.worker == worker


def renewed(
    job: JobRecord, lease_s: float, now: float, frames: int, total: int | None, fps: float
) -> JobRecord:
    """Return a job that its worker still works on."""
    return job.changed(leased_until=now + lease_s, frames=frames, total=total, fps=float(fps))


def released(job: JobRecord, now: float) -> JobRecord:
    """Return a job that its worker gives back unfinished; nobody is lost by that."""
    if job.is_cancelled:
        return ended(job, "cancelled", now)
    return job.changed(
        state="queued", started_at=None, worker="", leased_until=0.0, frames=0, fps=0.0
    )


def ended(
    job: JobRecord,
    state: State,
    now: float,
    results: tuple[ResultFile, ...] = (),
    failure: Failure | None = None,
) -> JobRecord:
    """Return a job of which nothing more will come; one that nobody wants has made nothing."""
    if job.is_cancelled:
        state, results, failure = "cancelled", (), None
    return job.changed(
        state=state, finished_at=now, worker="", leased_until=0.0, results=results, failure=failure
    )


def cancelled(job: JobRecord, now: float) -> JobRecord:
    """Return a job that nobody wants any more; one that is being worked on ends a little later."""
    if job.state == "queued":
        return ended(job.changed(is_cancelled=True), "cancelled", now)
    return job.changed(is_cancelled=True) if job.state == "running" else job


def expired(job: JobRecord) -> JobRecord:
    """Return a job whose results are gone; that there was one is still known."""
    return job.changed(state="expired", results=(), input_size=0)
