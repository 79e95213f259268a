"""Say in every frame of a camera how far the left knee is bent. Ctrl-C ends it.

Usage: python webcam.py       the first camera
       python webcam.py 1     the second; an address or a file will do, too
"""

import contextlib
import sys

import mirror

camera = sys.argv[1] if len(sys.argv) > 1 else 0
with contextlib.suppress(KeyboardInterrupt), mirror.open_video(camera) as video:
    for result in video:  # the newest frames: what is too old is dropped, and counted
        bent = [180 - p.angles["left_knee"] for p in result.people if "left_knee" in p.angles]
        print(" ".join(f"{degrees:.0f} degrees" for degrees in bent) or "no knee to be seen")
    print(f"{video.statistics.parsed} frames parsed, dropped: {dict(video.statistics.dropped)}")
