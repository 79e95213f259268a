"""Measures this machine: one module a question, each answering with rows of a table.

Absolute times drift on shared machines by tens of per cent, so that whatever is compared is run in
turns within one call, and what counts is the ratio.
"""
