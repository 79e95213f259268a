"""Write a video's people, parts and keypoints as a COCO data set.

Usage: python export_coco.py clip.mp4   (needs pip install pycocotools)
"""

import json
import sys

import mirror

with mirror.open_video(sys.argv[1]) as video:
    dataset = mirror.coco_dataset(video, parts=True)
with open("coco.json", "w") as file:
    json.dump(dataset, file)
print(f"{len(dataset['images'])} images, {len(dataset['annotations'])} annotations in coco.json")
