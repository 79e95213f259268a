"""Judge a parser by ground truth: masks, parts, joints and clips.

mirror eval person DIR...             outlines, and who is found, by height
mirror eval parts DIR...              every part, and whether left is left
mirror eval pose DIR...               joints: OKS and PCK
mirror eval clips DIR...              masks over time, and whether parts keep their label
mirror eval overlay CLIP...           masks that come late: held, carried, and in time
mirror eval motion CLIP...            joint angles in a video, against those of its pictures
mirror eval matte DIR...              cut-outs as effects make them, and what they cost at 720p
mirror eval repetitions DIR...        the coach's counts, beside two others'
mirror eval form DIR...               its form rules, on labelled poses
mirror eval figures clean realistic   counts and faults of people made of numbers
mirror eval figures idle              counts of such people who do no exercise
mirror eval angles DIR...             angles of landmarks, beside motion capture
mirror eval person DIR --half odd     every second picture: fit on the others
mirror eval person DIR --predictions MASKS
mirror eval person DIR --peer mediapipe-lite --peer-python PYTHON
docs/evaluation.md says what each figure means, and which layouts of data sets are read.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import mirror
from mirror.cli.commands import eval_coach, eval_motion, eval_overlay
from mirror.cli.flags import add_parser_flags, checked, config_of, path
from mirror.core.quantities import positive
from mirror.evaluation.class_mapping import CLASS_SETS
from mirror.evaluation.contact_sheet import WorstSheet
from mirror.evaluation.judge_selection import WHAT, judge_for
from mirror.evaluation.judges import Judge
from mirror.evaluation.layouts import open_datasets
from mirror.evaluation.peers.run import NAMES as PEERS
from mirror.evaluation.peers.run import PeerFailed, PeerSystem
from mirror.evaluation.plot import check_plot, write_plot
from mirror.evaluation.report import as_text, write_csv
from mirror.evaluation.run import Outcome, Selection, judge
from mirror.evaluation.systems import System
from mirror.evaluation.systems.mattes import EDGES, cost_at_720p, cutting
from mirror.evaluation.systems.parser import ParserSystem
from mirror.evaluation.systems.stored import StoredSystem
from mirror.evaluation.truth import DataSet
from mirror.jobs.composition import workers_for
from mirror.jobs.frame_progress import FrameProgress
from mirror.parsers.catalogue import find_parser
from mirror.process import terminal, termination
from pipeline.targets.claims import Claims, OutputFile, claimed, write_whole
from pipeline.targets.distinct_paths import InputPath, OutputPath


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is judged, by which data, and where the figures go."""
    what = (*WHAT, eval_overlay.OVERLAY, eval_motion.MOTION, *eval_coach.COACHING)
    parser.add_argument("what", choices=what, help=", ".join(what))
    parser.add_argument(
        "datasets",
        nargs="+",
        metavar="DIR",
        type=path,
        help="a data set, or a JSON of COCO's; a video",
    )
    parser.add_argument("--half", choices=("even", "odd"), help="judge every second picture only")
    parser.add_argument(
        "--limit", metavar="N", type=checked(positive), help="the first so many pictures"
    )
    for flag, help in (
        ("--json", "the figures, of the sets and of every picture"),
        ("--csv", "the figures of every picture"),
        ("--plot", "the figures, drawn (.png, .svg, .pdf)"),
        ("--sheet", "the worst twenty pictures (.png, .jpg); one a data set"),
    ):
        parser.add_argument(flag, metavar="FILE", type=path, help=help)
    for flag, help in (
        ("--overwrite", "replace what is there already"),
        ("--quiet", "show no progress and no table"),
    ):
        parser.add_argument(flag, action="store_true", help=help)
    parser.add_argument(
        "--edges", choices=EDGES, default=EDGES[0], help="of mattes: how they are found (refined)"
    )
    group = parser.add_argument_group("what is judged, if not a parser of ours")
    group.add_argument(
        "--predictions", metavar="DIR", type=path, help="label maps on disk; result lines, of clips"
    )
    group.add_argument(
        "--classes", choices=list(CLASS_SETS), help="of the ids in --predictions; else parts.json's"
    )
    group.add_argument("--peer", choices=PEERS, help="another system, on the same pictures")
    group.add_argument("--peer-python", metavar="PYTHON", type=path, help="that has the peer")
    group.add_argument("--peer-model", metavar="FILE", type=path, help="BodyPix's network")
    eval_overlay.add_arguments(parser)
    add_parser_flags(parser)


def run(options: argparse.Namespace) -> int:
    """Judge on one data set after the other; nothing is judged before all are found in order."""
    if options.what in eval_coach.COACHING:
        return eval_coach.run(options)
    if options.what == eval_overlay.OVERLAY:
        return eval_overlay.run(options)
    if options.what == eval_motion.MOTION:
        return eval_motion.run(options)
    datasets = [one for path in options.datasets for one in open_datasets(path)]
    sheets = _sheet_files(options.sheet, datasets)
    if options.plot is not None:
        check_plot(options.plot)
    written = _outputs(options, sheets)
    with claimed(written, _inputs(options), options.overwrite, termination.held) as claims:
        system = _system(options)
        judges = [judge_for(options.what, dataset, system) for dataset in datasets]
        selection = Selection(options.half, options.limit)
        outcomes = [
            _judged(system, dataset, judge, selection, _sheet(sheet, claims), options.quiet)
            for dataset, judge, sheet in zip(datasets, judges, sheets, strict=True)
        ]
        if options.what == "matte":
            cost = cost_at_720p(system)
            for outcome in outcomes:
                outcome.verdict.figures["cpu_ms_720p"] = cost
        _write(options, system, outcomes, claims)
    if not options.quiet:
        terminal.show(as_text(f"{options.what}: {system.name}", outcomes))
    return 0


def _outputs(options: argparse.Namespace, sheets: Sequence[OutputPath | None]) -> list[OutputPath]:
    named = (("--json", options.json), ("--csv", options.csv), ("--plot", options.plot))
    files = [OutputPath(flag, path) for flag, path in named if path is not None]
    return [*files, *(sheet for sheet in sheets if sheet is not None)]


def _inputs(options: argparse.Namespace) -> list[InputPath]:
    found = [InputPath(path, "a data set") for path in options.datasets]
    found += [InputPath(path / "images") for path in options.datasets]
    if options.config is not None:
        found.append(InputPath(options.config, "the configuration"))
    return found


def _sheet(sheet: OutputPath | None, claims: Claims) -> OutputFile | None:
    return None if sheet is None else claims.file(sheet)


def _system(options: argparse.Namespace) -> System:
    if options.predictions is not None:
        return StoredSystem(options.predictions, options.classes)
    if options.peer is not None:
        if options.peer_python is None:
            raise PeerFailed(
                "peer.no_python",
                "{peer} needs --peer-python PYTHON, which has it",
                peer=options.peer,
            )
        return PeerSystem(options.peer, options.peer_python, options.peer_model)
    config = config_of(options).parser
    with termination.nothing_to_lose():
        kind = find_parser(config.name, config)
    make_predict = cutting(options.edges) if options.what == "matte" else None
    return ParserSystem(kind, config, *workers_for(kind, config), make_predict)


def _judged(
    system: System,
    dataset: DataSet,
    judge_: Judge,
    selection: Selection,
    sheet_file: OutputFile | None,
    quiet: bool,
) -> Outcome:
    count = selection.looked_at(dataset)
    sheet = None
    if sheet_file is not None:
        sheet = WorstSheet(dataset.classes, None if system.parts is None else tuple(system.parts))
    watch = None if sheet is None else sheet.show
    with FrameProgress(dataset.name, len(count), quiet) as progress:
        outcome = judge(system, dataset, judge_, selection, progress, watch)
    if sheet is not None and sheet_file is not None:
        sheet.write(sheet_file)
    return outcome


def _sheet_files(asked: Path | None, datasets: Sequence[DataSet]) -> list[OutputPath | None]:
    """One file a data set: with its name in it, where there are several."""
    if asked is None:
        return [None] * len(datasets)
    if len(datasets) == 1:
        return [OutputPath("--sheet", asked)]
    named = (asked.with_stem(f"{asked.stem}-{dataset.name}") for dataset in datasets)
    return [OutputPath("--sheet", path) for path in named]


def _write(
    options: argparse.Namespace, system: System, outcomes: Sequence[Outcome], claims: Claims
) -> None:
    if options.json is not None:
        about = {
            "mirror": mirror.__version__,
            "what": options.what,
            "system": system.name,
            "half": options.half,
            "limit": options.limit,
        }
        report = {**about, "datasets": [outcome.as_json() for outcome in outcomes]}
        text = json.dumps(report, indent=1) + "\n"
        write_whole(claims.file(OutputPath("--json", options.json)), text.encode())
    if options.csv is not None:
        write_csv(claims.file(OutputPath("--csv", options.csv)), outcomes)
    if options.plot is not None:
        plot = claims.file(OutputPath("--plot", options.plot))
        write_plot(plot, f"{options.what}: {system.name}", outcomes)
