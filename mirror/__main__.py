"""``python -m mirror`` is ``mirror``: hears signals from its first line on, then loads the rest."""

import os
import signal


def start() -> None:
    """Run the command line; ends the process with its exit code."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) not in (signal.SIG_IGN, None):
            signal.signal(number, _leave)
    from mirror.cli.main import run_process

    run_process()


def _leave(number: int, frame: object) -> None:
    try:
        os.write(2, b"mirror: interrupted\n")
    finally:
        os._exit(128 + number)


if __name__ == "__main__":
    start()
