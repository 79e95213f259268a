"""This process and the system: signals, the terminal, standard output."""
