"""BodyPix over pictures on disk. Run by the Python of another environment: onnxruntime, OpenCV.

PYTHON bodypix_peer.py JOB.json, where JOB.json holds {"model": path of the network in ONNX form,
"pictures": [[path, target], …]}. Writes a target.npz a picture, parts in the built-in ids, and
prints {"cpu_ms": …, "version": …}.
"""

# no import of mirror: this file is run where it is not installed
import json
import re
import sys
import time
from typing import Any

import cv2
import numpy as np

LONGER_SIDE = 513  # what BodyPix's own demo calls a medium resolution
# BodyPix's 24 parts, in their order, as built-in ids: faces, upper arms (left front, left back,
# right front, right back), lower arms, hands, torso front and back, upper legs, lower legs, feet
BUILT_IN = (1, 1, 3, 3, 4, 4, 5, 5, 6, 6, 7, 8, 2, 2, 9, 9, 10, 10, 11, 11, 12, 12, 13, 14)


def main() -> None:
    """Look at every picture, one after the other."""
    import onnxruntime

    with open(sys.argv[1], encoding="utf-8") as file:  # noqa: PTH123
        job = json.load(file)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(job["model"], options, ["CPUExecutionProvider"])
    stride = int((re.findall(r"stride(\d+)", job["model"]) or ["16"])[-1])
    cpu_s = 0.0
    for path, target in job["pictures"]:
        image = cv2.imread(path, cv2.IMREAD_COLOR)
        if image is None:
            sys.exit(f"{path} is not a picture that can be read")
        before = time.process_time()
        parts = look(session, image, stride)
        cpu_s += time.process_time() - before
        persons = (parts > 0).astype(np.uint8)
        np.savez_compressed(target, persons=persons, parts=parts, scores=np.ones(persons.max()))
    cpu_ms = cpu_s / max(1, len(job["pictures"])) * 1e3
    print(json.dumps({"cpu_ms": cpu_ms, "version": f"onnxruntime {onnxruntime.__version__}"}))


def look(session: Any, image: np.ndarray, stride: int) -> np.ndarray:  # noqa: ANN401
    """Return (H, W) uint8: built-in ids where somebody is, 0 elsewhere."""
    height, width = image.shape[:2]
    scale = LONGER_SIDE / max(height, width)
    down, across = (max(1, round(side * scale / stride)) * stride + 1 for side in (height, width))
    small = cv2.resize(image, (across, down), interpolation=cv2.INTER_LINEAR)
    pixels = small[None, :, :, ::-1].astype(np.float32) / 127.5 - 1
    (entry,) = session.get_inputs()
    outputs = dict(
        zip(
            [output.name for output in session.get_outputs()],
            session.run(None, {entry.name: np.ascontiguousarray(pixels)}),
            strict=True,
        )
    )
    best, parts = np.full((height, width), -np.inf, np.float32), np.zeros((height, width), np.uint8)
    for place, id in enumerate(BUILT_IN):
        plane = cv2.resize(outputs["part_heatmaps"][0, :, :, place], (width, height))
        higher = plane > best
        parts[higher], best[higher] = id, plane[higher]
    somebody = cv2.resize(outputs["segments"][0, :, :, 0], (width, height)) > 0
    return np.where(somebody, parts, 0).astype(np.uint8)


if __name__ == "__main__":
    main()
