"""The coach of a session: sets, what is to be shown on the glass, and what was done."""
