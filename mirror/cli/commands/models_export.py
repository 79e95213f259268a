"""``mirror models export``: graphs of M2FP, made and held against torch."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mirror.cli.flags import checked, path
from mirror.core.quantities import positive
from mirror.core.settings import LONGEST_SIDE, ConfigError, size_of
from mirror.parsers.catalogue import needing
from mirror.parsers.m2fp.checkpoint import hub
from mirror.parsers.m2fp.checkpoint.cache_folder import cache_root, graphs_folder
from mirror.process.printable import shown
from pipeline.sources.recording import open_recording

if TYPE_CHECKING:
    from mirror.parsers.m2fp.model_factory import ModelFactory, StoredWeights

ABOUT = f"""A run makes the graph that it needs itself, with its first frame, and keeps it; it is of
one size. m2fp without --input-size takes about 384x512 pixels in the picture's own shape, which is
320x576 for 16:9: --for finds out. m2fp-single has one size, whatever the picture.

Graphs lie in smart-mirror-exports of ModelScope's cache: ~/.cache/modelscope, or the folder that
MODELSCOPE_CACHE names. mirror models list shows them, mirror models clean removes them.
{hub.NOTICE}"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add for what runtime, and of what size."""
    parser.add_argument(
        "--runtime",
        choices=("auto", "openvino", "onnxruntime", "onnx", "torch"),
        default="auto",
        help="for what; auto: the fastest that is installed and wants a graph",
    )
    parser.add_argument(
        "--size",
        metavar="HxW",
        action="append",
        help="of the input; any number of times (384x512; of m2fp-single, its own)",
    )
    parser.add_argument(
        "--for",
        dest="clips",
        metavar="CLIP",
        type=path,
        action="append",
        help="the size that this video, or folder of pictures, needs; any number of times",
    )
    parser.add_argument(
        "--decoder-layers",
        metavar="N",
        type=checked(positive),
        default=0,
        help="fewer are faster (all)",
    )
    parser.add_argument(
        "--int8", action="store_true", help="the backbone in 8 bits, faster and rougher"
    )


def run(options: argparse.Namespace) -> int:
    """Make each graph, or hold one that is there against torch again, and say how like they are."""
    if options.runtime == "torch":
        raise ConfigError(
            "graph.not_needed", "torch needs no export: it runs the checkpoint as it is"
        )
    folder = hub.find_checkpoint(options.model, cache_root())
    with needing("an export"):
        import mirror.parsers.m2fp.graphs.exporter  # noqa: F401  # to see that all it needs is there
        from mirror.parsers.m2fp.model_factory import ModelFactory, StoredWeights
        from mirror.parsers.m2fp.runtimes import choose_for_graphs

    stored = StoredWeights(folder, options.model)
    choice = choose_for_graphs("onnxruntime" if options.runtime == "onnx" else options.runtime)
    graphs = graphs_folder(cache_root())
    models = ModelFactory(stored, choice, graphs, options.decoder_layers, options.int8)
    for size in _sizes(options, stored):
        _export(models, size, stored, graphs)
    return 0


def _sizes(options: argparse.Namespace, stored: StoredWeights) -> list[tuple[int, int]]:
    """Every size once, in the order in which they were asked for."""
    from mirror.parsers.m2fp.multi_person import USUAL_SIZE, size_for

    sizes = []
    for text in options.size or ():
        if (size := size_of(text)) is None:
            raise ConfigError(
                "graph.bad_size",
                "--size is HxW, multiples of 32 from 64 to {most}, such as 384x512; got {got}",
                most=LONGEST_SIDE,
                got=text,
            )
        sizes.append(size)
    for clip in options.clips or ():
        with open_recording(clip) as source:
            footage = source.footage
        sizes.append(stored.settings.size or size_for(footage.height, footage.width))
    return list(dict.fromkeys(sizes)) or [stored.settings.size or USUAL_SIZE]


def _export(
    models: ModelFactory, size: tuple[int, int], stored: StoredWeights, folder: Path
) -> None:
    from mirror.parsers.m2fp.graphs.exporter import again_or_new

    key = models.key(size)
    with needing("an export"):  # of 8 bits, more than others
        made = again_or_new(key, folder, stored.load)
    print(shown(made.path))
    print(
        f"{'made' if made.is_new else 'was there'}; differs from torch by "
        f"{made.accuracy.difference:.2g} at most, and {made.accuracy.labels:.2%} of a picture's "
        "pixels have the same part"
    )
    if key.int8:
        print("8 bits are rougher than torch; what that costs in quality was not measured")
