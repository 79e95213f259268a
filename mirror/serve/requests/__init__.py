"""What clients ask for, and how it is carried out, whichever protocol they speak."""
