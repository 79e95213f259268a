"""LitServe: worker processes with a model each, behind FastAPI and a queue."""

# no annotations from the future: LitServe looks at that of decode_request
import sys
from collections.abc import Callable
from typing import Annotated

import litserve
from fastapi import Body, Response

from mirror.bench.serve.picture_work import make_work


class Parser(litserve.LitAPI):
    """Takes a picture's bytes as they are: JSON would carry them as base64."""

    def __init__(self, parser: str) -> None:
        super().__init__()
        self._parser = parser

    def setup(self, device: str) -> None:
        """Load the model, in a process of its own."""
        self._work: Callable[[bytes], bytes] = make_work(self._parser, 1)

    def decode_request(self, request: Annotated[bytes, Body(media_type="image/jpeg")]) -> bytes:
        """Return the picture."""
        return request

    def predict(self, picture: bytes) -> bytes:
        """Return it with its parts drawn."""
        return self._work(picture)

    def encode_response(self, output: bytes) -> Response:
        """Return the answer."""
        return Response(output, media_type="image/jpeg")


def main() -> None:
    """Serve on the port, with the workers and the parser, that the command line names."""
    server = litserve.LitServer(
        Parser(sys.argv[3]), accelerator="cpu", workers_per_device=int(sys.argv[2]), timeout=False
    )
    server.run("127.0.0.1", int(sys.argv[1]), generate_client_file=False, log_level="warning")


if __name__ == "__main__":
    main()
