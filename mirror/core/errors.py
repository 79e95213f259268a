"""The errors of everything above ``pipeline``: what they can tell beside their code."""

from __future__ import annotations

from typing import Unpack

from pipeline.errors import Fields, PipelineError


class MirrorFields(Fields, total=False):
    """What an error of parsers, settings and evaluation can tell, beside what all errors can."""

    allowed: str
    classes: str
    dataset: str
    difference: float
    dtype: str
    expected: str
    file: str
    files: str
    fit: int  # workers
    free: int  # megabytes
    function: str
    graph: str  # an exported one
    id: int | str
    image: str  # its size
    key: str
    known: str
    labels: str  # their size
    last: int
    least: float
    module: str
    most: float
    needed: int  # megabytes
    options: str
    package: str
    packages: str
    parser: str
    peer: str
    python: str  # the interpreter that runs a peer
    rate: float
    runtime: str
    section: str
    shape: str
    share: float
    size: str
    status: int  # of a process that ended
    system: str
    tolerance: float
    where: str
    workers: int


class MirrorError(PipelineError):
    """An expected failure of what the product adds to moving frames."""

    def __init__(self, code: str, words: str, /, **fields: Unpack[MirrorFields]) -> None:
        super().__init__(code, words, **fields)  # type: ignore[misc]  # more of them
