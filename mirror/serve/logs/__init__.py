"""What the service tells whoever runs it: a line an event, with the request it belongs to."""
