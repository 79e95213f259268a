"""Masks that come late: what is on the screen, held against the frame that is there then."""
