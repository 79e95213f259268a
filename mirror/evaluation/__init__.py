"""Figures against ground truth: data sets in, what a parser is worth out.

``layouts`` read data sets, ``metrics`` are the definitions (NumPy and OpenCV only), ``judges``
apply them to one picture after the other, and ``report`` says what came out.
"""
