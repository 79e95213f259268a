"""Checkpoints on this machine: where they come from, where they lie, whether they are whole."""
