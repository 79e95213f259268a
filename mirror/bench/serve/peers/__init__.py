"""Other ways to serve the same parser: programs as their documentation has them.

Each is run by a Python that has smart-mirror and the package:
PYTHON -m MODULE PORT WORKERS PARSER.
"""
