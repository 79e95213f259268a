"""Who judges what, and whether a data set has what it takes."""

from __future__ import annotations

from mirror.evaluation.class_mapping import comparisons
from mirror.evaluation.judges import Judge
from mirror.evaluation.judges.clips import ClipJudge
from mirror.evaluation.judges.matte import MatteJudge
from mirror.evaluation.judges.parts import PartsJudge
from mirror.evaluation.judges.person import PersonJudge
from mirror.evaluation.judges.pose import PoseJudge
from mirror.evaluation.systems import System
from mirror.evaluation.truth import BadDataSet, DataSet

WHAT = ("person", "parts", "pose", "clips", "matte")


def judge_for(what: str, dataset: DataSet, system: System) -> Judge:
    """Return who judges a system on a data set.

    Args:
        what: one of ``WHAT``.
        dataset: by which.
        system: what is judged.

    Raises:
        BadDataSet: the data set does not have what it takes, or the two share no classes.
    """
    if what == "person":
        return PersonJudge(dataset.single, dataset.apart)
    if what == "matte":
        return MatteJudge(dataset.single, dataset.clip)
    if what == "clips":
        if not dataset.clip:
            raise BadDataSet(
                "dataset.no_clip", "{name} is no clip; judge persons instead", name=dataset.name
            )
        return ClipJudge(dataset.single)
    if what == "pose":
        if not dataset.keypoints:
            raise BadDataSet(
                "dataset.no_joints", "{name} has no joints labelled", name=dataset.name
            )
        return PoseJudge()
    return _parts(dataset, system)


def _parts(dataset: DataSet, system: System) -> PartsJudge:
    if dataset.classes is None:
        raise BadDataSet(
            "dataset.no_parts",
            "{name} has no parts labelled; judge persons instead",
            name=dataset.name,
        )
    if system.parts is None:
        raise BadDataSet(
            "dataset.system_without_parts",
            "{name} tells no parts; judge persons instead",
            name=system.name,
        )
    shared = comparisons(dataset.classes, system.parts)
    if not shared:
        raise BadDataSet(
            "dataset.other_classes",
            "{dataset} is labelled in the classes of {classes}, in which the parts of "
            "{system} cannot be told; judge persons instead",
            dataset=dataset.name,
            classes=dataset.classes,
            system=system.name,
        )
    return PartsJudge(dataset.single, shared)
