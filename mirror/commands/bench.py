"""Measure this machine, side by side with what it is held against."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to measure."""


def run(options: argparse.Namespace) -> int:
    """Measure."""
    return 0
