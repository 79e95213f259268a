"""Print the JSON Schema of what is written as JSON.

It is in draft 2020-12, and says of every key what it is.

  mirror schema                                 one line of --results and --out-format jsonl
  mirror schema stats > stats.schema.json       the file that --stats names
"""

from __future__ import annotations

import argparse
import json

from mirror.outputs.results_schema import KINDS, schema_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add of what."""
    parser.add_argument(
        "kind", nargs="?", choices=KINDS, default=KINDS[0], help="results (the default), or stats"
    )


def run(options: argparse.Namespace) -> int:
    """Print it on standard output."""
    print(json.dumps(schema_of(options.kind), indent=1))
    return 0
