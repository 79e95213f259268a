"""The parser as a network service: many clients, one pool of workers."""
