"""Version 1 of the gRPC service: its definition, and the code that a tool makes of it."""
