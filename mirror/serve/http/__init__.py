"""What the service answers over HTTP: one module a group of addresses."""
