"""Every source into every container: what is kept is in step, what is not is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from film_comparison import fates
from matrix import everything, rows_of
from sample_files import FFMPEG, Case, Kitchen

pytestmark = pytest.mark.skipif(
    FFMPEG is None, reason="needs the ffmpeg program: apt-get install ffmpeg"
)

PAGE = Path(__file__).parents[2] / "docs" / "formats.md"

# of each sound and subtitle one, from each source at least once, into where it is hardest
CHOSEN: tuple[tuple[Case, str, list[str]], ...] = (
    (Case("ts", "two tracks"), "mp4", ["kept", "kept"]),
    (Case("ts", "AC-3"), "mov", ["kept"]),
    (Case("m2ts", "AAC", "PGS"), "mkv", ["kept", "kept"]),
    (Case("m2ts", "AAC", "PGS"), "mp4", ["kept", "left out"]),
    (Case("avi", "PCM 16"), "mp4", ["as aac"]),
    (Case("mkv", "AAC", "SRT"), "mp4", ["kept", "as mov_text"]),
    (Case("mkv", "two tracks", "SRT"), "mov", ["kept", "kept", "as mov_text"]),
    (Case("mkv", "Vorbis", "ASS"), "webm", ["kept", "as webvtt"]),
    (Case("mkv", "FLAC", "ASS"), "mov", ["as alac", "as mov_text"]),
    (Case("mp4", "Opus", "mov_text"), "mkv", ["kept", "as subrip"]),
    (Case("mov", "PCM 24", "mov_text"), "mp4", ["as aac", "kept"]),
    (Case("webm", "Opus", "WebVTT"), "webm", ["kept", "kept"]),
    (Case("mpg", "MP3"), "mp4", ["kept"]),
    (Case("y4m"), "mkv", []),
    (Case("gif"), "mp4", []),
)


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Kitchen:
    """Shares what is coded once."""
    return Kitchen(tmp_path_factory.mktemp("matrix"))


@pytest.mark.parametrize(("case", "ending", "became"), CHOSEN)
def test_what_is_in_a_file_is_kept_in_step_or_named(
    kitchen: Kitchen, tmp_path: Path, case: Case, ending: str, became: list[str]
) -> None:
    source = kitchen.make(case)
    if source is None:
        pytest.skip("this ffmpeg was built without what makes the file")
    assert [fate.became for fate in fates(source, tmp_path / f"out.{ending}")] == became


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_source_gets_into_every_container_as_the_page_says(tmp_path: Path) -> None:
    page = PAGE.read_text().splitlines()
    missing = [row for row in rows_of(everything(tmp_path)) if row not in page]
    assert not missing, "docs/formats.md says otherwise; python tests/matrix.py writes it anew"
