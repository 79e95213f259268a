"""From the network's output to label maps, people, and ModelScope's own form of a result."""
