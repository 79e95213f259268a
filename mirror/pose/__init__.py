"""The pose of one person: 33 landmarks and a mask, told left from right and steadied over time."""
