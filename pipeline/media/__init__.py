"""What files and streams are made of: names to open, limits, layouts, headers and times."""
