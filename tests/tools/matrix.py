"""Which sound and subtitles get from which files into which: found out, and told.

``python tests/tools/matrix.py`` makes every combination that ffmpeg can make, takes each into every
container that ``mirror video`` writes, and writes what it found into ``docs/formats.md``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from film_comparison import Fate, fates
from sample_files import SOUNDS, SOURCES, SUBTITLES, Case, Kitchen

from pipeline.errors import PipelineError

TARGETS = ("mp4", "mov", "mkv", "webm")
Results = dict[tuple[Case, str], list[Fate]]


def everything(folder: Path) -> Results:
    """Make every file, and take each into every container.

    Raises:
        AssertionError: in some pair something is missing, out of step, or not said.
    """
    kitchen, results, wrong = Kitchen(folder), Results(), list[str]()
    for case, path in kitchen.cases():
        for ending in TARGETS:
            target = folder / f"out.{ending}"
            try:
                results[case, ending] = fates(path, target)
            except (AssertionError, PipelineError) as error:
                wrong.append(f"{case} to {ending}: {error}")
            target.unlink(missing_ok=True)
        path.unlink()
    assert not wrong, "\n".join(wrong)
    return results


def rows_of(results: Results) -> list[str]:
    """Return the tables' rows, in Markdown: what becomes of each sound and of each subtitle."""
    rows = []
    for kind, names in (("audio", SOUNDS), ("subtitle", SUBTITLES)):
        for name in names:
            cells = [_cell(results, kind, name, ending) for ending in TARGETS]
            rows.append(f"| {name} | {' | '.join(cells)} |")
    return rows


def _cell(results: Results, kind: str, name: str, ending: str) -> str:
    found = {
        fate.became
        for (case, target), fates_of_it in results.items()
        for fate in fates_of_it
        if target == ending
        and fate.kind == kind
        and name == (case.sound if kind == "audio" else case.subtitles)
    }
    return " or ".join(sorted(found))


def page_of(results: Results) -> str:
    """Return docs/formats.md."""
    rows, cases = rows_of(results), list(dict.fromkeys(case for case, _ in results))
    head = f"| | {' | '.join(TARGETS)} |\n|---|{'---|' * len(TARGETS)}\n"
    sounds, titles = rows[: len(SOUNDS)], rows[len(SOUNDS) :]
    made = [
        f"| {source} | {_listed(cases, source, 'sound')} | {_listed(cases, source, 'subtitles')} |"
        for source in SOURCES
    ]
    return PAGE.format(
        sounds=head + "\n".join(sounds),
        subtitles=head + "\n".join(titles),
        made="| from | sound | subtitles |\n|---|---|---|\n" + "\n".join(made),
        files=len(cases),
        pairs=len(results),
    )


def _listed(cases: list[Case], source: str, what: str) -> str:
    names = dict.fromkeys(getattr(case, what) for case in cases if case.source == source)
    return ", ".join(name for name in names if name != "none") or "none"


PAGE = """# Formats

What `mirror video` does with everything in a file besides its pictures. Every picture is decoded,
drawn on, and written at its own time; sound and subtitles are copied without re-encoding if the
output format can hold them. What it cannot hold is converted if possible, and left out otherwise.
The run says so at its end, and names a format that would keep it:

```text
sound 1 (pcm_s16le, eng) was converted to aac for mp4; write to a file ending in .mkv or .mov to
keep it as it is
subtitles 2 (hdmv_pgs_subtitle, eng) were left out: mp4 cannot hold them; write to a file ending in
.mkv to keep them
```

The number is that of the stream in the file, as `ffprobe` counts.

## Sound

{sounds}

PCM becomes AAC in MP4, because few players support PCM there and an MP4 should play anywhere. It
gets 96 kbit/s per channel, which is hard to tell from the original. If you need every bit, write to
MKV or MOV; lossless sound that MOV cannot hold becomes ALAC there. Several tracks are each treated
as if alone, and keep their language and which one is the default. AAC in a transport stream (ADTS)
loses the header before each packet, and nothing else.

## Subtitles

{subtitles}

Converted subtitles keep their words and times; the styles of ASS are kept as far as the other
format has them. MP4 and MOV hold one text at a time: overlapping texts are shown together, one per
line. MP4 and MOV get their subtitles when the run is finished, so the part of an interrupted run
has none.

## What else comes along

| | mp4 | mov | mkv | webm |
|---|---|---|---|---|
| language and title of a track | kept | kept, where MOV has a number for it | kept | kept |
| chapters | kept | kept | kept | kept |
| cover | kept | left out | kept | left out |
| fonts and other attachments | left out | left out | kept | left out |
| a second film in the file, data streams | left out | left out | left out | left out |

In recordings that were joined by putting one file behind the other (MPEG-TS, M2TS, MPG, MKV), and
in broadcasts whose clock jumps, each piece follows where the one before ended, with sound and
picture moved by the same amount; the run says how often. A damaged packet of sound or subtitles is
left out and counted, and a stream that cannot be written any further ends; the picture goes on.

## How this was found

`python tests/tools/matrix.py` writes this page. It makes every file that `ffmpeg` can make of these
containers, sounds and subtitles, {files} in all:

{made}

It runs each into MP4, MOV, MKV and WebM, {pairs} pairs, and compares: the number and the time of
every picture; of sound that is kept, every packet and its time; of sound that is converted, where
it begins and ends; of subtitles, the words and when they are shown.
`pytest -m slow tests/project/test_matrix.py` does the same and checks the tables above; some of it
is in the suite.
"""


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        page = Path(__file__).parents[2] / "docs" / "formats.md"
        page.write_text(page_of(everything(Path(work))))
