"""Counts repetitions, judges form and recognises exercises, from landmarks alone.

Nothing here knows a parser, a file format or a window: people come in with an id, 33 landmarks,
how visible each is, and the media time in seconds.
"""
