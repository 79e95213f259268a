"""Packets and frames out of a container, and what was lost on the way."""
