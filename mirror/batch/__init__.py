"""Many recordings: found, shared out, parsed, recorded, and gone on with where a run was ended."""
