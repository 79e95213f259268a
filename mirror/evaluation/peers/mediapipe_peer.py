"""MediaPipe over pictures on disk. Run by the Python of another environment, which has it.

PYTHON mediapipe_peer.py JOB.json, where JOB.json holds {"model": "lite", "full", "heavy" or
"selfie", "clip": whether the pictures are frames of one video, "pictures": [[path, target], …]}.
Writes a target.npz a picture, and prints {"cpu_ms": …, "version": …}.
"""

# no import of mirror: this file is run where it is not installed
import json
import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import cv2
import numpy as np

# COCO's 17 joints, as places in BlazePose's 33
COCO = (0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)
COMPLEXITY = {"lite": 0, "full": 1, "heavy": 2}


def main() -> None:
    """Look at every picture, one after the other."""
    import mediapipe  # type: ignore[import-not-found]

    with open(sys.argv[1], encoding="utf-8") as file:  # noqa: PTH123
        job = json.load(file)
    look = open_selfie(mediapipe) if job["model"] == "selfie" else open_pose(mediapipe, job)
    cpu_s, first_s = 0.0, 0.0
    for number, (path, target) in enumerate(job["pictures"]):
        image = cv2.imread(path, cv2.IMREAD_COLOR)
        if image is None:
            sys.exit(f"{path} is not a picture that can be read")
        rgb = np.ascontiguousarray(image[:, :, ::-1])
        before = time.process_time()
        result = look(rgb)
        spent_s = time.process_time() - before
        cpu_s, first_s = cpu_s + spent_s, spent_s if number == 0 else first_s  # the first one loads
        np.savez_compressed(target, **answer(result, rgb.shape[:2]))
    count = max(1, len(job["pictures"]) - 1)
    print(json.dumps({"cpu_ms": (cpu_s - first_s) / count * 1e3, "version": mediapipe.__version__}))


def open_pose(mediapipe: ModuleType, job: dict[str, Any]) -> Callable[..., Any]:
    """Return the pose landmarker with segmentation; of a clip, one that follows people."""
    pose = mediapipe.solutions.pose.Pose(
        static_image_mode=not job["clip"],
        model_complexity=COMPLEXITY[job["model"]],
        enable_segmentation=True,
    )
    process: Callable[..., Any] = pose.process
    return process


def open_selfie(mediapipe: ModuleType) -> Callable[..., Any]:
    """Return the segmenter of whoever is in front of a camera."""
    module = mediapipe.solutions.selfie_segmentation
    process: Callable[..., Any] = module.SelfieSegmentation(model_selection=0).process
    return process


def answer(result: Any, size: tuple[int, ...]) -> dict[str, Any]:  # noqa: ANN401
    """Return the arrays to store: persons, alpha, scores and, where a pose was found, joints."""
    mask = result.segmentation_mask
    mask = np.zeros(size, np.float32) if mask is None else np.clip(mask, 0, 1)
    persons, alpha = (mask > 0.5).astype(np.uint8), (mask * 255).astype(np.uint8)
    marks = getattr(result, "pose_landmarks", None)
    if marks is None:
        return {"persons": persons, "alpha": alpha, "scores": np.ones(1 if persons.any() else 0)}
    height, width = size
    points = [marks.landmark[place] for place in COCO]
    joints = [[point.x * width, point.y * height, point.visibility] for point in points]
    found = {"persons": persons, "alpha": alpha, "scores": np.ones(1)}
    return {**found, "joints": np.array([joints])}


if __name__ == "__main__":
    main()
