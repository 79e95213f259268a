"""``mirror eval motion``."""

from __future__ import annotations

import argparse
import json

import mirror
from mirror.cli.flags import config_of, files_read_by
from mirror.evaluation.joint_motion import judge_motion
from mirror.evaluation.overlay.footage import open_footage
from mirror.evaluation.report import figures_table
from mirror.parsers.catalogue import find_parser
from mirror.process import terminal, termination
from pipeline.targets.claims import claimed, write_whole
from pipeline.targets.distinct_paths import InputPath, OutputPath

MOTION = "motion"


def run(options: argparse.Namespace) -> int:
    """Judge one clip after the other."""
    written = [] if options.json is None else [OutputPath("--json", options.json)]
    read = [*(InputPath(path, "a clip") for path in options.datasets), *files_read_by(options)]
    with claimed(written, read, options.overwrite, termination.held) as claims:
        config = config_of(options).parser
        with termination.nothing_to_lose():
            kind = find_parser(config.name, config)
        clips = {
            footage.name: judge_motion(footage, kind, config, options.quiet)
            for path in options.datasets
            for footage in open_footage(path, options.limit)
        }
        for output in written:
            about = {"mirror": mirror.__version__, "what": MOTION, "system": kind.name}
            text = json.dumps({**about, "clips": clips}, indent=1) + "\n"
            write_whole(claims.file(output), text.encode())
    if not options.quiet:
        terminal.show(figures_table(f"{MOTION}: {kind.name}", clips))
    return 0
