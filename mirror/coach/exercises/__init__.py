"""Exercises as data: files under configs/exercises, checked, and some of one's own."""
