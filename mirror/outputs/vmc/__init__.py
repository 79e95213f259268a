"""People's movements for avatars: VRM's bones, over the VMC protocol."""

PORT = 39539  # where receivers ("marionettes") listen, unless told otherwise
