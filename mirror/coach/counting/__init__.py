"""From signals over time to repetitions, and to seconds held."""
