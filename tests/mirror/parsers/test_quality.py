"""The built-in parser's quality: what fast, balanced and best do, and how it is asked for."""

from __future__ import annotations

import argparse

import cv2
import numpy as np
import pytest
from clip import frames_of, man

from mirror.cli.flags import add_parser_flags, config_of
from mirror.core.parsing import Parsing
from mirror.core.settings import Config, ConfigError, Quality, load
from mirror.parsers.builtin import BuiltIn
from mirror.parsers.catalogue import find_parser
from mirror.pose.mask_refinement import refined


def asked(*flags: str) -> Config:
    parser = argparse.ArgumentParser()
    add_parser_flags(parser)
    return config_of(parser.parse_args(list(flags)))


def test_a_word_is_the_parsers_quality_and_a_number_the_videos() -> None:
    assert asked().parser.quality == "balanced"
    assert asked("--quality", "best").parser.quality == "best"
    assert asked("--quality", "best").video.quality == asked().video.quality
    assert asked("--quality", "30").video.quality == 30
    both = asked("--quality", "fast", "--quality", "18")
    assert (both.parser.quality, both.video.quality) == ("fast", 18)


def test_another_word_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        asked("--quality", "superb")
    assert "fast, balanced, best or a number, got 'superb'" in capsys.readouterr().err
    with pytest.raises(ConfigError, match="quality is fast, balanced or best, got 'superb'"):
        load(flags={"parser.quality": "superb"})


def parsed(quality: Quality) -> Parsing:
    kind = find_parser("built-in", load(flags={"parser.quality": quality}).parser)
    assert isinstance(kind, BuiltIn)
    (frame,) = frames_of(man(1))
    plan = kind.make_prepare(live=False)(frame)
    return kind.make_settle()(frame, plan, kind.make_parse(1)(frame, plan))


def test_every_quality_finds_the_same_man() -> None:
    found = [parsed(quality).labels for quality in ("fast", "balanced", "best")]
    for labels in found[:2]:
        both = ((labels > 0) & (found[2] > 0)).sum()
        assert both > 0.85 * ((labels > 0) | (found[2] > 0)).sum()
    assert not np.array_equal(found[0], found[2])


def test_an_edge_is_drawn_to_where_the_picture_has_one() -> None:
    square = np.full((256, 256, 3), (40, 60, 90), np.uint8)
    square[40:220, 100:160] = (200, 170, 60)  # somebody in a coat that is like nothing else
    logits = np.full((256, 256), -8.0, np.float32)
    logits[42:218, 98:158] = 8.0  # two pixels off on every side, and as soft as a network's
    logits = cv2.GaussianBlur(logits, (0, 0), 3.0)
    before = np.count_nonzero((logits > 0) != (square[:, :, 0] > 100))
    after = np.count_nonzero((refined(square, logits) > 0) != (square[:, :, 0] > 100))
    assert after < before / 2


def test_where_the_picture_has_no_edge_a_mask_keeps_its_own() -> None:
    logits = np.full((256, 256), -8.0, np.float32)
    logits[60:200, 90:170] = 8.0
    plain = refined(np.full((256, 256, 3), 128, np.uint8), logits)
    assert np.count_nonzero((plain > 0) != (logits > 0)) < 100
    assert np.isfinite(plain).all()


def test_nobody_stays_nobody() -> None:
    logits = np.full((256, 256), -9.0, np.float32)
    assert np.array_equal(refined(np.zeros((256, 256, 3), np.uint8), logits), logits)
