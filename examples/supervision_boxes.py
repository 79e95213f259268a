"""Hand people to supervision, which draws them and follows where they go.

Usage: python supervision_boxes.py clip.mp4   (needs pip install supervision)
"""

import sys

import cv2
import supervision as sv

import mirror

boxes, trace = sv.BoxAnnotator(), sv.TraceAnnotator()
for result in mirror.open_video(sys.argv[1]):
    people = result.to_supervision()
    picture = boxes.annotate(result.image.copy(), people)
    picture = trace.annotate(picture, people)
cv2.imwrite("boxes.png", picture)
print(f"{len(people)} people in the last frame; wrote boxes.png")
