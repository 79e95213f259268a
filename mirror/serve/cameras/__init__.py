"""Cameras that the service watches: one capture each, for any number of viewers."""
