"""People's movements for avatars: VRM's bones, over the VMC protocol."""
