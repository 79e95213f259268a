"""Networks in the runtimes that run them."""
