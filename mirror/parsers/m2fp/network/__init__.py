"""M2FP's network, in the paper's terms. Needs torch, but for its configuration."""
