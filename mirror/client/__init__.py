"""Ask a service (``mirror serve``) from another program: pictures, videos and streams.

with Client("http://127.0.0.1:8700") as client:
    for person in client.parse(Path("photo.jpg")).people:
        print(person["box"])
"""

from mirror.client.answers import (
    Job,
    JobFile,
    ParsedPicture,
    ServiceError,
    ServiceUnreachable,
    StreamAnswer,
)
from mirror.client.async_client import AsyncClient
from mirror.client.sync_client import Client

__all__ = [
    "AsyncClient",
    "Client",
    "Job",
    "JobFile",
    "ParsedPicture",
    "ServiceError",
    "ServiceUnreachable",
    "StreamAnswer",
]
