"""Everything that can be done, by menu, key, drop or clipboard."""
