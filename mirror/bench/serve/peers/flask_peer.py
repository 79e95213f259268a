"""The pattern that tutorials publish: Flask, three threads, one model behind a lock, and polling.

A picture that was left is put into a dictionary under its id when it is done, and stays there until
it is fetched. What the dictionary holds is lost with the process.
"""

from __future__ import annotations

import base64
import logging
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask, jsonify, request

from mirror.bench.serve.picture_work import make_work

_THREADS = 3


def main() -> None:
    """Serve on the port, with the threads and the parser, that the command line names."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app, executor, lock = Flask(__name__), ThreadPoolExecutor(_THREADS), threading.Lock()
    work = make_work(
        sys.argv[3], int(sys.argv[2])
    )  # one model at a time, so that it may have every core
    results: dict[str, dict[str, str]] = {}

    def parse(id: str, picture: bytes) -> None:
        try:
            with lock:
                drawn = work(picture)
            results[id] = {"status": "done", "image": base64.b64encode(drawn).decode()}
        except Exception:
            results[id] = {"status": "error"}

    @app.post("/submit")
    def submit() -> Any:  # noqa: ANN401
        id = str(uuid.uuid4())
        results[id] = {"status": "processing"}
        executor.submit(parse, id, request.files["image"].read())
        return jsonify(task_id=id)

    @app.get("/result/<id>")
    def result(id: str) -> Any:  # noqa: ANN401
        found = results.get(id, {"status": "error"})
        if found["status"] != "processing":
            results.pop(id, None)
        return jsonify(found)

    app.run("127.0.0.1", int(sys.argv[1]), threaded=True)


if __name__ == "__main__":
    main()
