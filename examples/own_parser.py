"""Use a parser of your own: here, whatever has the colour of skin.

Usage: python own_parser.py clip.mp4
"""

import sys

import cv2

import mirror


def skin():  # called once on every worker's thread: load your model here
    def parse(image):  # (H, W, 3) uint8 BGR, read-only
        colours = cv2.cvtColor(image, cv2.COLOR_BGR2YCrCb)
        return cv2.inRange(colours, (0, 135, 85), (255, 180, 135)) // 255  # (H, W) part ids

    return parse


skin.parts = ["background", "skin"]

with mirror.Parser(skin, workers=4) as parser:
    for result in parser.video(sys.argv[1]):
        print(f"{result.time:.3f} s: {result.mask('skin').mean():.1%} skin")
