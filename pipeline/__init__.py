"""Moves frames from a source through N workers to a sink, in order.

Knows no window, no model and no body part: what is done to a frame comes in as callables.
"""
