"""Programmes: sets, targets, rests and work/rest intervals, one after the other."""
