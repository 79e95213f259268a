"""Where everything goes and how it looks at any size."""
