"""How truly the coach counts and judges, beside what it is held against."""
