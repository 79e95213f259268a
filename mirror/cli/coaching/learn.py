"""``mirror coach learn``: an exercise, from a recording of it."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from mirror.cli.coaching.parsing import inputs_of, needed, parse_clip
from mirror.coach.exercises.catalogue import shipped
from mirror.coach.exercises.learning import as_toml
from mirror.coach.learner import Learner
from mirror.process import termination
from pipeline.targets.claims import claimed, write_whole
from pipeline.targets.distinct_paths import OutputPath


def learn(options: argparse.Namespace) -> int:
    """Propose an exercise that counts a clip's repetitions; print it, or write it to a file."""
    clip: Path = needed(options, options.file, "learn needs FILE, a video of the exercise")
    count: int = needed(options, options.repetitions, "learn needs --repetitions N")
    written = [] if options.o is None else [OutputPath("-o", options.o)]
    name = _name_for(clip if options.o is None else options.o)
    learner = Learner(tuple(shipped().values()))
    inputs = inputs_of(options, clip)
    with claimed(written, inputs, options.overwrite, termination.held) as claims:
        parse_clip(options, clip, learner)
        text = as_toml(learner.proposed(count, name))
        for output in written:
            write_whole(claims.file(output), text.encode())
    if not written:
        print(text, end="")
    return 0


def _name_for(file: Path) -> str:
    words = re.sub("[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    return words or "exercise"
