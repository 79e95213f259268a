"""A smart mirror: every person in the picture comes out coloured by body part."""

__version__ = "0.1.0"
