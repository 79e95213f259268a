"""Several processes of the service behind one address, kept alive by gunicorn (24 or later).

    MIRROR_SERVE_STORE=redis://localhost gunicorn -c configs/serve/gunicorn.conf.py

docs/how-to/operate.md says when that helps. Where to listen, tokens, parser and all else come from
MIRROR_CONFIG and variables such as MIRROR_SERVE_PORT, as for mirror serve.
"""

import os

from mirror.core.machine import cores
from mirror.serve.asgi import settings

_serve = settings(os.environ).serve
if not _serve.store:
    raise SystemExit("processes share their jobs: set MIRROR_SERVE_STORE to redis://HOST or a file")
if _serve.cameras or _serve.grpc_port:
    raise SystemExit("cameras and gRPC belong to one process: run them with mirror serve")

_host = f"[{_serve.host}]" if ":" in _serve.host else _serve.host
bind = f"{_host}:{_serve.port}"  # checked above: anything but this machine's own needs tokens
wsgi_app = "mirror.serve.asgi:application()"
worker_class = "asgi"  # gunicorn's own
asgi_loop = "asyncio"
asgi_lifespan = "on"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# each process would take all cores to itself
os.environ.setdefault("MIRROR_PARSER_WORKERS", str(max(1, cores() // workers)))
os.environ.setdefault("MIRROR_PARSER_THREADS", "1")
control_socket_disable = True
preload_app = False  # threads and sessions do not survive a fork
timeout = 120  # seconds without a sign of life; a process is not silent while it loads its parser
graceful_timeout = round(_serve.grace_s) + 5
keepalive = 5
backlog = 2048
if _serve.tls_certificate:
    certfile, keyfile = _serve.tls_certificate, _serve.tls_key
