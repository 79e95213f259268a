"""What stands in the picture's place, or over it."""
