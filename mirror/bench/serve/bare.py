"""What the same work takes without a service: threads with a parser each, and nobody who waits.

PYTHON -m mirror.bench.serve.bare WORKERS PARSER PICTURE... says "ready"; then, for every number of
pictures on a line of standard input, after how many seconds they were done.
"""

from __future__ import annotations

import itertools
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path


def seconds_for(works: Sequence[Callable[[bytes], bytes]], pictures: Sequence[bytes]) -> float:
    """Return how long it takes to get through some pictures, one thread for each of the works."""
    left, began_at = deque(pictures), time.monotonic()

    def run(work: Callable[[bytes], bytes]) -> None:
        while True:
            try:
                picture = left.popleft()
            except IndexError:
                return
            work(picture)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began_at


def main() -> None:
    """Answer the numbers of standard input."""
    from mirror.bench.serve.picture_work import make_work

    works = [make_work(sys.argv[2], 1) for _ in range(int(sys.argv[1]))]
    pictures = [Path(path).read_bytes() for path in sys.argv[3:]]
    print("ready", flush=True)
    for line in sys.stdin:
        chosen = list(itertools.islice(itertools.cycle(pictures), int(line)))
        print(seconds_for(works, chosen), flush=True)


if __name__ == "__main__":
    main()
