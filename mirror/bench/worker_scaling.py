"""How much of the machine's parsing the pipeline gets through, beside three other ways to do it."""

from __future__ import annotations

import multiprocessing
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from mirror.bench import footage
from mirror.bench.rows import Row
from mirror.bench.stopwatch import costs_in_turns
from mirror.core import machine
from mirror.parsers.builtin import BuiltIn
from mirror.pose.landmark_network import PoseEstimate
from mirror.tracking.crop_planner import CropPlan
from pipeline.flow import Flow
from pipeline.frame import Frame

Parse = Callable[[Frame, CropPlan], tuple[PoseEstimate, ...]]
Job = tuple[Frame, CropPlan]
GOAL = 0.95


def measure(rounds: int = 3) -> Iterator[Row]:
    """Yield frames a second of the same parses, in the flow and without."""
    workers = machine.cores()
    frames = footage.as_frames(footage.one_person())
    prepare = BuiltIn().make_prepare(live=False)
    jobs = [(frame, prepare(frame)) for frame in frames]
    parsers = [BuiltIn().make_parse(1) for _ in range(workers)]
    with multiprocessing.get_context("spawn").Pool(workers, _start_process) as pool:
        pool.map(_parse_in_process, range(workers))  # each has loaded its model
        costs = costs_in_turns(
            {
                "flow": lambda: _through_flow(jobs, parsers),
                "bare": lambda: _in_threads(jobs, parsers),
                "locked": lambda: _in_threads(jobs, [_locked(parsers[0])] * workers),
                "processes": lambda: pool.map(_parse_in_process, range(len(jobs)), chunksize=8),
            },
            rounds,
        )
    fps = {name: len(jobs) / cost.wall_s for name, cost in costs.items()}
    against = f"{workers} bare threads: {fps['bare']:.1f} fps"
    name = f"{workers} workers, of bare threads"
    yield Row(name, fps["flow"] / fps["bare"], "x", GOAL, "more", against)
    yield Row("  flow", fps["flow"], "fps")
    yield Row("  one model behind a lock", fps["locked"], "fps")
    yield Row(f"  {workers} processes", fps["processes"], "fps", note="frames already there")


def _through_flow(jobs: Sequence[Job], parsers: Sequence[Parse]) -> None:
    plans, spare = iter(jobs), list(parsers)
    flow = Flow(
        [frame for frame, _ in jobs],
        make_parser=spare.pop,
        prepare=lambda _: next(plans)[1],
        settle=lambda _frame, _plan, raw: raw,
        workers=len(parsers),
    )
    with flow as results:
        deque(results, maxlen=0)


def _in_threads(jobs: Sequence[Job], parsers: Sequence[Parse]) -> None:
    remaining = deque(jobs)

    def work(parse: Parse) -> None:
        while True:
            try:
                job = remaining.popleft()
            except IndexError:
                return
            parse(*job)

    threads = [threading.Thread(target=work, args=(parse,)) for parse in parsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _locked(parse: Parse) -> Parse:
    lock = threading.Lock()

    def parse_alone(frame: Frame, plan: CropPlan) -> tuple[PoseEstimate, ...]:
        with lock:
            return parse(frame, plan)

    return parse_alone


_process: tuple[Parse, list[Job]] | None = None  # what one process of the pool works with


def _start_process() -> None:
    global _process
    frames = footage.as_frames(footage.one_person())
    prepare = BuiltIn().make_prepare(live=False)
    _process = BuiltIn().make_parse(1), [(frame, prepare(frame)) for frame in frames]


def _parse_in_process(number: int) -> None:
    assert _process is not None
    parse, jobs = _process
    parse(*jobs[number])
