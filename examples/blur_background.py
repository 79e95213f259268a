"""Blur everything in a picture but the people.

Usage: python blur_background.py photo.jpg
"""

import sys

import cv2
import numpy as np

import mirror

result = mirror.parse(sys.argv[1], quality="best")
blurred = cv2.GaussianBlur(result.image, (0, 0), result.size[1] / 60)
# a mask that fades over a few pixels leaves no hard edge
people = cv2.GaussianBlur(result.mask().astype(np.float32), (0, 0), 2)[:, :, None]
picture = people * result.image + (1 - people) * blurred
cv2.imwrite("blurred.png", picture.astype(np.uint8))
print("wrote blurred.png")
