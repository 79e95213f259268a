"""Carries what is known of one frame to another: by the picture's motion between them."""
