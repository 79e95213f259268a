"""N workers with a parser of their own each, and the ordered lanes that share them."""
