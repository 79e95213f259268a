"""MediaPipe Pose over frames on disk. Run by the Python of another environment, which has it.

PYTHON peer.py FRAMES.npy   prints {"fps": …, "cpu_ms": …, "found": …, "version": …}
"""

# no import of mirror: this file is run where it is not installed
import json
import sys
import time

import numpy as np


def main() -> None:
    """Look at every frame with the lite model and segmentation, one after the other."""
    import mediapipe  # type: ignore[import-not-found]

    frames = np.load(sys.argv[1], mmap_mode="r")
    pose = mediapipe.solutions.pose.Pose(model_complexity=0, enable_segmentation=True)
    for image in frames[:5]:  # loads the model, and finds the person
        pose.process(np.ascontiguousarray(image[:, :, ::-1]))
    found, began_at, cpu_before = 0, time.perf_counter(), time.process_time()
    for image in frames:
        result = pose.process(np.ascontiguousarray(image[:, :, ::-1]))
        found += result.pose_landmarks is not None
    wall_s, cpu_s = time.perf_counter() - began_at, time.process_time() - cpu_before
    figures = {
        "fps": len(frames) / wall_s,
        "cpu_ms": cpu_s / len(frames) * 1e3,
        "found": found,
        "version": mediapipe.__version__,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
