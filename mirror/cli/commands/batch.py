"""Parse many videos at once; each to its outputs, and all to one Parquet data set.

Folders are searched for videos, all the way down. Each is parsed as mirror video would; one that
fails does not stop the others. The exit code is then 1, and the last lines say which and why.
DIR/tables holds clips, people, landmarks, areas and repetitions, a Parquet file for each video;
DIR/manifest.json says what was made of what, with checksums.

  mirror batch clips/ -o parsed/
  mirror batch 'gym/**/*.mp4' -o parsed/ --write results     tables and result lines, no videos
  mirror batch @list.txt -o parsed/            a path or address a line; # begins a comment
  mirror batch clips/ -o parsed/ --resume      goes on where a run was ended, however it was
  mirror batch clips/ -o parsed/ --retry-failed
  mirror batch s3://bucket/clips -o s3://bucket/parsed --ray auto
"""

from __future__ import annotations

import argparse
import functools

from rich.text import Text

from mirror.batch.batch_job import BatchJob
from mirror.batch.batch_progress import BatchProgress
from mirror.batch.batch_run import BatchReport, run_batch
from mirror.batch.records import Failure
from mirror.batch.resume import Mode
from mirror.cli.error_words import told
from mirror.cli.exit_codes import FAILED, INCOMPLETE
from mirror.cli.flags import (
    add_job_flags,
    add_overlay_flags,
    add_parser_flags,
    add_video_flags,
    checked,
    job_of,
    name,
)
from mirror.core.quantities import age_of, positive
from mirror.process import terminal

_SHOWN = 20  # failures that are listed; the manifest has all


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is read, what is written, and how."""
    parser.add_argument(
        "sources",
        metavar="IN",
        nargs="+",
        type=name,
        help="videos, folders, patterns, @FILE with one of them a line, s3:// and other addresses",
    )
    parser.add_argument(
        "--output", "-o", metavar="DIR", type=name, required=True, help="folder to write to"
    )
    parser.add_argument(
        "--write",
        metavar="NAMES",
        type=_names,
        help="of each video, besides the tables: video, results, masks, instances, sheet, with "
        "commas between; or none (video,results)",
    )
    add_job_flags(parser, BatchJob, "rle", "coach", "overwrite", "limit")
    parser.add_argument(
        "--processes",
        metavar="N",
        type=_count,
        default="auto",
        help="videos that are parsed at the same time, or auto (one a core; the default)",
    )
    parser.add_argument(
        "--ray",
        metavar="ADDRESS",
        type=name,
        help="parse on a Ray cluster: auto, HOST:PORT or ray://HOST:PORT; local: one of this "
        "machine's cores, for as long as it takes",
    )
    parser.add_argument(
        "--segment",
        metavar="SECONDS",
        type=checked(age_of),
        help="with --ray: cut longer videos into pieces of so many seconds, which all workers "
        "parse at once; for a few long ones",
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--resume", action="store_true", help="go on with the batch in DIR")
    group.add_argument(
        "--retry-failed", action="store_true", help="go on, and parse again what failed"
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress and no summary")
    add_parser_flags(parser)
    add_overlay_flags(parser)
    add_video_flags(parser)


def run(options: argparse.Namespace) -> int:
    """Carry the command out."""
    job = job_of(options, BatchJob)
    mode: Mode = "anew"
    if options.resume or options.retry_failed:
        mode = "resume" if options.resume else "retry-failed"
    with BatchProgress(_worded, options.quiet) as progress:
        if options.ray is None:
            report = run_batch(job, progress, mode, options.processes)
        else:
            report = _on_cluster(job, progress, mode, options)
    return _ended(report, options.quiet)


def _on_cluster(
    job: BatchJob, progress: BatchProgress, mode: Mode, options: argparse.Namespace
) -> BatchReport:
    from mirror.batch.cluster.connection import LOCAL, connected, shares_on
    from mirror.batch.cluster.ray_workers import RayWorkers

    with connected(options.ray) as ray:
        make = functools.partial(RayWorkers, ray, options.ray == LOCAL, segment_s=options.segment)
        share = functools.partial(shares_on, ray.cluster_resources().get("CPU", 1.0))
        return run_batch(job, progress, mode, options.processes, make, share)


def _ended(report: BatchReport, quiet: bool) -> int:
    """Say what came of it; return the exit code."""
    if not quiet:
        terminal.show(Text(_summary(report)))
    for clip in report.incomplete:
        terminal.warn(f"{clip.source}: incomplete: what could be read was written")
    wrong = [(one.what, Failure.of(one.error)) for one in report.unreadable]
    wrong += [(clip.source, failure) for clip, failure in report.failed]
    for what, failure in wrong[:_SHOWN]:
        text = _worded(failure)
        terminal.warn(text if what in text else f"{what}: {text}")
    if len(wrong) > _SHOWN:
        terminal.warn(f"and {len(wrong) - _SHOWN} more, which the manifest lists")
    if report.manifest_failure is not None:
        terminal.warn(f"the manifest cannot be written: {_worded(report.manifest_failure)}")
    if report.failed:
        terminal.warn(f"{len(report.failed)} failed; --retry-failed tries them again")
    if report.unreadable:
        terminal.warn(f"{len(report.unreadable)} could not be looked into; --resume looks again")
    if wrong or report.manifest_failure is not None:
        return FAILED
    return INCOMPLETE if report.incomplete else 0


def _summary(report: BatchReport) -> str:
    kept = f", {report.kept} done before" if report.kept else ""
    failed = f", {len(report.failed)} failed" if report.failed else ""
    if report.unreadable:
        failed += f", {len(report.unreadable)} not looked into"
    rate = f" ({report.frames / report.wall_s:.1f} fps)" if report.frames else ""
    where = f"\n{report.manifest}" if report.manifest else ""
    videos = "video" if report.done == 1 else "videos"
    return (
        f"{report.done} {videos} done{kept}{failed}: {report.frames} frames in "
        f"{report.wall_s:.1f} s{rate}{where}"
    )


def _worded(failure: Failure) -> str:
    try:
        return told(failure.error()) if failure.words else failure.message
    except (KeyError, ValueError, AttributeError):  # words of another version
        return failure.message


def _names(text: str) -> tuple[str, ...]:
    names = tuple(one.strip() for one in text.split(",") if one.strip())
    return () if names == ("none",) else names


def _count(text: str) -> int | str:
    return text if text == "auto" else checked(positive)(text)
