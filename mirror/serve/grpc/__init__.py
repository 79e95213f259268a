"""The service over gRPC: what HTTP answers, for programs that speak that instead."""
