"""From a parsing to a picture."""
