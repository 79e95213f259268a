"""The coach's report: one page that holds all it shows."""
