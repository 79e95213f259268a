"""A batch on a Ray cluster: actors with parsers of their own, on others' machines."""
