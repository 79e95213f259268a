"""Exported graphs: made, checked against torch, kept, found again and removed."""
