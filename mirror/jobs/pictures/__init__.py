"""Single pictures: which there are, what is made of each, and the run over all of them."""
