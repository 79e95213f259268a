"""Parsed images of cardboard people."""

from __future__ import annotations

import numpy as np
from mannequins import colourful, labels_of_one, person

from mirror.api.parsed_image import ParsedImage
from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing
from pipeline.frame import Frame

PARTS = label_set("built-in")
IMAGE = colourful(120, 320)


def parsing_of_two() -> Parsing:
    """One person on the left, one on the right half."""
    one = labels_of_one()
    labels = np.hstack([one, one])
    owners = np.hstack([(one > 0) * np.uint8(1), (one > 0) * np.uint8(2)])
    people = (person(1, left=0.5), person(2, left=1.5))
    return Parsing(labels=labels, people=people, instances=owners)


def two_people() -> ParsedImage:
    return ParsedImage(Frame.from_bgr(IMAGE.copy(), 0.0), parsing_of_two(), PARTS)


def nobody() -> ParsedImage:
    labels = np.zeros((120, 320), np.uint8)
    parsing = Parsing(labels=labels, people=(), instances=labels.copy())
    return ParsedImage(Frame.from_bgr(IMAGE.copy(), 0.0), parsing, PARTS)
