"""One source opened, parsed and drawn on threads of its own, and how it stands."""
