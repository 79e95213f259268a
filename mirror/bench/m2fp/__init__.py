"""M2FP beside plain torch: how long it takes, and what its settings save."""
