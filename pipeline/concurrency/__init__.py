"""Threads with an owner, bounded hand-overs between them, and what went wrong on any of them."""
