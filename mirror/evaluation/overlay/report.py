"""What came out, as tables and as curves over the delay."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table

from mirror.evaluation.judges import Figure
from mirror.evaluation.overlay.simulation import OverlayOutcome, Setting
from mirror.evaluation.overlay.ways import WAYS
from mirror.evaluation.plot import figure_for
from mirror.evaluation.report import said
from mirror.process.printable import cell
from mirror.process.printable import title as table_title
from pipeline.targets.claims import OutputFile, write_whole

FIGURES = {
    "j": "person J",
    "f": "person F",
    "parts": "mean IoU of parts",
    "kept": "parts that keep their label",
    "landmarks": "landmarks off, body units",
}


def overlay_tables(outcomes: Sequence[OverlayOutcome]) -> Group:
    """Return one table a clip and figure: a row a delay, a column a way of showing."""
    tables: list[RenderableType] = []
    for clip in dict.fromkeys(outcome.clip for outcome in outcomes):
        mine = [outcome for outcome in outcomes if outcome.clip == clip]
        tables += [_table(f"{clip}: {title}", key, mine) for key, title in FIGURES.items()]
        tables.append(_fallbacks(clip, mine))
    return Group(*tables)


def write_overlay_plot(file: OutputFile, outcomes: Sequence[OverlayOutcome]) -> None:
    """Draw each figure of each clip over the delay.

    Raises:
        PlotRefused: matplotlib is not installed, or cannot write such a file.
        SinkError: it cannot be written.
    """
    clips = list(dict.fromkeys(outcome.clip for outcome in outcomes))
    figure = figure_for(len(clips), width=4 * len(FIGURES))
    axes = figure.subplots(len(clips), len(FIGURES), squeeze=False)
    for row, clip in zip(axes, clips, strict=True):
        mine = [outcome for outcome in outcomes if outcome.clip == clip]
        delays = [outcome.setting.delay_s * 1e3 for outcome in mine]
        for axis, (key, title) in zip(row, FIGURES.items(), strict=True):
            for way in WAYS:
                values = [outcome.figures[way].get(key) for outcome in mine]
                known = [float("nan") if value is None else float(value) for value in values]
                axis.plot(delays, known, marker=".", label=way)
            axis.set(title=f"{clip}: {title}", xscale="log", xlabel="delay, ms", ylim=(0, None))
            axis.grid(alpha=0.3)
    axes[0][0].legend()
    drawn = io.BytesIO()
    figure.savefig(drawn, format=file.path.suffix[1:].lower())
    write_whole(file, drawn.getvalue())


def _table(title: str, key: str, outcomes: Sequence[OverlayOutcome]) -> Table:
    table = Table(title=table_title(title), title_justify="left", box=None, header_style="dim")
    table.add_column("delay")
    for way in (*WAYS, *(("made up",) if key == "j" else ())):
        table.add_column(way, justify="right")
    for outcome in outcomes:
        values: list[Figure] = [outcome.figures[way].get(key) for way in WAYS]
        if key == "j":
            values.append(outcome.made_up)
        table.add_row(cell(_named(outcome.setting)), *map(said, values))
    return table


def _fallbacks(clip: str, outcomes: Sequence[OverlayOutcome]) -> Table:
    title = table_title(f"{clip}: frames, and those on which it fell back")
    table = Table(title=title, title_justify="left", box=None, header_style="dim")
    prefix = "fallback_"
    found = [
        {
            key.removeprefix(prefix): value
            for key, value in outcome.figures["carried"].items()
            if key.startswith(prefix)
        }
        for outcome in outcomes
    ]
    whys = list(dict.fromkeys(why for one in found for why in one))
    for name in ("delay", "frames", *whys):
        table.add_column(name, justify="left" if name == "delay" else "right")
    for outcome, counts in zip(outcomes, found, strict=True):
        figures = (outcome.figures["carried"]["frames"], *(counts.get(why, 0) for why in whys))
        table.add_row(cell(_named(outcome.setting)), *map(said, figures))
    return table


def _named(setting: Setting) -> str:
    delay = f"{setting.delay_s * 1e3:.0f} ms"
    if setting.key_every_s is None:
        return delay
    often = f"every {setting.key_every_s * 1e3:.0f} ms" if setting.key_every_s else "every frame"
    return f"{delay}, {often}"
