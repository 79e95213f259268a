"""What ``mirror coach`` does, one module for each thing that it is asked."""
