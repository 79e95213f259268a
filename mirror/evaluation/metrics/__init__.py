"""The definitions: pure functions of arrays, each with its source."""
