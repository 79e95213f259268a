"""What runs behind the window: sources opened, parsed and drawn on threads of their own. No Qt."""
