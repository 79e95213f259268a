"""Judge a parser by ground truth: masks, parts, joints and clips.

mirror eval person DIR...             outlines, and who is found, by height
mirror eval parts DIR...              every part, and whether left is left
mirror eval person DIR --half odd     every second picture: fit on the others
docs/evaluation.md says what each figure means, and which layouts of data sets are read.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rich.console import Console

from mirror.commands.flags import add_parser_flags, config_of, positive
from mirror.compose import workers_for
from mirror.evaluation.judges import Judge
from mirror.evaluation.judges.parts import PartsJudge
from mirror.evaluation.judges.person import PersonJudge
from mirror.evaluation.layouts import open_dataset
from mirror.evaluation.mapping import comparisons
from mirror.evaluation.report import as_text, write_csv
from mirror.evaluation.run import Outcome, Selection, judge
from mirror.evaluation.systems import System
from mirror.evaluation.systems.parser import ParserSystem
from mirror.evaluation.truth import BadDataSet, DataSet
from mirror.outputs.lines import check_file
from mirror.parsers.catalogue import find_parser
from mirror.progress import FrameProgress

WHAT = ("person", "parts")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is judged, by which data, and where the figures go."""
    parser.add_argument("what", choices=WHAT, help=", ".join(WHAT))
    parser.add_argument("datasets", nargs="+", metavar="DIR", type=Path, help="a data set")
    parser.add_argument("--half", choices=("even", "odd"), help="judge every second picture only")
    parser.add_argument("--limit", metavar="N", type=positive, help="the first so many pictures")
    for flag, help in (
        ("--json", "the figures, of the sets and of every picture"),
        ("--csv", "the figures of every picture"),
    ):
        parser.add_argument(flag, metavar="FILE", type=Path, help=help)
    for flag, help in (
        ("--overwrite", "replace what is there already"),
        ("--quiet", "show no progress and no table"),
    ):
        parser.add_argument(flag, action="store_true", help=help)
    add_parser_flags(parser)


def run(options: argparse.Namespace) -> int:
    """Judge on one data set after the other; nothing is judged before all are found in order."""
    for target in (options.json, options.csv):
        if target is not None:
            check_file(target, options.overwrite)
    datasets = [open_dataset(folder) for folder in options.datasets]
    system = _system(options)
    judges = [judge_for(options.what, dataset, system) for dataset in datasets]
    selection = Selection(options.half, options.limit)
    outcomes = [
        _judged(system, dataset, judge, selection, options.quiet)
        for dataset, judge in zip(datasets, judges, strict=True)
    ]
    if options.json is not None:
        about = {"what": options.what, "system": system.name, "half": options.half}
        report = {**about, "datasets": [outcome.as_json() for outcome in outcomes]}
        options.json.write_text(json.dumps(report, indent=1) + "\n")
    if options.csv is not None:
        write_csv(options.csv, outcomes)
    if not options.quiet:
        Console().print(as_text(f"{options.what}: {system.name}", outcomes))
    return 0


def judge_for(what: str, dataset: DataSet, system: System) -> Judge:
    """Return who judges a system on a data set.

    Raises:
        BadDataSet: the data set does not have what it takes, or the two share no classes.
    """
    if what == "person":
        return PersonJudge(dataset.single)
    if dataset.classes is None:
        raise BadDataSet("{name} has no parts labelled; try mirror eval person", name=dataset.name)
    if system.parts is None:
        raise BadDataSet("{name} tells no parts; try mirror eval person", name=system.name)
    shared = comparisons(dataset.classes, system.parts)
    if not shared:
        raise BadDataSet(
            "{dataset} is labelled in the classes of {classes}, in which the parts of {system} "
            "cannot be told; try mirror eval person",
            dataset=dataset.name,
            classes=dataset.classes,
            system=system.name,
        )
    return PartsJudge(dataset.single, shared)


def _system(options: argparse.Namespace) -> System:
    config = config_of(options).parser
    kind = find_parser(config.name, config)
    return ParserSystem(kind, config, *workers_for(kind, config))


def _judged(
    system: System, dataset: DataSet, judge_: Judge, selection: Selection, quiet: bool
) -> Outcome:
    count = len(selection.within(dataset.samples)[0])
    with FrameProgress(dataset.name, count, quiet) as progress:
        return judge(system, dataset, judge_, selection, progress)
