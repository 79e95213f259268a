"""What the user chose, kept from one time to the next."""
