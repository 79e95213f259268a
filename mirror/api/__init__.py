"""Parsing in a program of your own. What is public is in ``mirror`` itself: ``import mirror``."""
