"""Whatever the window can say has its words in every language."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest
from error_sites import ErrorSite, error_sites, fields_of

from mirror.core.label_set import label_set
from mirror.jobs.composition import shared_out
from mirror.live.display.display_options import DisplayOptions
from mirror.live.error_words import words_of
from mirror.live.readout import look_in
from mirror.live.session.session_status import BROKE, STOPPED, Sentence, details_of, told
from mirror.live.translations import LANGUAGES, speaker
from mirror.parsers.m2fp.checkpoint.hub import find_checkpoint
from pipeline.errors import CameraNotFound, PipelineError, SourceError, StageStuck

ROOT = Path(__file__).parents[3]
# what only a command line can run into
NOT_OF_THE_WINDOW = (
    "mirror/batch",
    "mirror/api",
    "mirror/bench",
    "mirror/cli",
    "mirror/coach",
    "mirror/core/schema.py",
    "mirror/core/settings",
    "mirror/coach",
    "mirror/evaluation",
    "mirror/jobs/cancellation.py",
    "mirror/jobs/pictures",
    "mirror/jobs/streams",
    "mirror/jobs/videos",
    "mirror/outputs",
    "mirror/rendering/effects",
    "mirror/stream",
    "mirror/process/terminal.py",
    "mirror/serve",
    "pipeline/pipes.py",
    "pipeline/sinks/coded.py",
    "pipeline/sinks/plain.py",
    "pipeline/sinks/salvage.py",
    "pipeline/sinks/virtual_camera.py",
    "pipeline/sources/network/http_bytes.py",
    "pipeline/sources/stream",
    "pipeline/targets/distinct_paths.py",
    "pipeline/targets/part_folder.py",
)


def of_the_window() -> Iterator[ErrorSite]:
    """Every call that makes an error which the window can show."""
    for site in error_sites():
        is_of_settings = (site.code or "").startswith("config.")  # read before there is a window
        if not is_of_settings and not site.where.startswith(NOT_OF_THE_WINDOW):
            yield site


def test_every_error_that_the_window_can_show_has_words_there() -> None:
    for site in of_the_window():
        assert words_of(site.code or "") is not None, f"{site.where}: {site.code}"


def test_the_windows_words_ask_for_no_field_that_an_error_does_not_carry() -> None:
    for site in of_the_window():
        words = words_of(site.code or "") or ""
        assert fields_of(words) <= set(site.fields), site.code


@pytest.mark.parametrize("language", LANGUAGES.keys() - {"en"})
def test_every_part_that_a_parser_can_name_has_its_name_in_every_language(language: str) -> None:
    say = speaker(language)
    for name in ("built-in", "cihp", "lip"):
        parts = label_set(name)
        said = [look_in(DisplayOptions(), parts, say).names[name] for name in parts.names[1:]]
        assert len(set(said)) == len(said)


def test_an_error_reads_in_english_by_itself_and_in_the_users_language_in_the_window() -> None:
    error = CameraNotFound(3)
    assert str(error).startswith(
        "camera 3 did not open. Close other programs using it, or plug one in"
    )
    assert told(error).said(speaker("en")).startswith("Camera 3 did not open. Plug a camera in")
    assert told(error).said(speaker("zh_CN")).startswith("摄像头 3 无法打开")


@pytest.mark.parametrize(("language", "words"), [("en", "can be 1 to"), ("zh_CN", "可为 1 至")])
def test_a_number_of_workers_that_cannot_be_is_said_in_the_users_language(
    language: str, words: str
) -> None:
    with pytest.raises(PipelineError) as refused:
        shared_out(100_000, "auto")
    said = told(refused.value).said(speaker(language))
    assert words in said
    assert "100000" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_that_gets_a_checkpoint_names_it_in_every_language(
    language: str, tmp_path: Path
) -> None:
    with pytest.raises(PipelineError) as missing:
        find_checkpoint("m2fp-single", tmp_path)
    said = told(missing.value).said(speaker(language))
    _, _, command = said.partition("mirror models download ")
    assert "m2fp-single" in command


def test_what_the_system_says_of_an_error_is_said_in_the_users_language_too() -> None:
    error = SourceError(
        *("address.broke_off", "{address} stopped ({reason})"),
        address="rtsp://host/a",
        reason="Connection refused",
    )
    said = told(error).said(speaker("zh_CN"))
    assert said == "rtsp://host/a 中断（连接被拒绝）。请检查摄像头的网络"  # noqa: RUF001


def test_particulars_that_help_nobody_before_a_window_stay_in_the_details() -> None:
    error = StageStuck(
        "worker.hung", "parser-0 has been parsing frame 7 for 61.0 s; the limit is 60 s"
    )
    assert str(told(error)).startswith("The parser did not answer in time.")
    assert "frame 7" in details_of(error)


def test_an_error_that_nobody_expected_is_not_shown_raw() -> None:
    assert told(KeyError("x")) == STOPPED
    assert told(KeyError("x"), BROKE) == BROKE
    assert "KeyError: 'x'" in details_of(KeyError("x"))
    assert "memory" in str(told(MemoryError()))
    full = told(OSError(errno.ENOSPC, "No space left on device"))
    assert full.said(speaker("zh_CN")).endswith("磁盘已满")


def test_details_do_not_tell_a_password() -> None:
    assert "secret" not in details_of(OSError("rtsp://me:secret@host/a: no route"))


def test_a_message_without_arguments_may_hold_braces() -> None:
    assert Sentence("{a} cannot be").said(speaker("zh_CN")) == "{a} cannot be"
