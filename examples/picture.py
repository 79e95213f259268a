"""Parse a picture, say what is in it, and save it with its parts drawn.

Usage: python picture.py photo.jpg
"""

import sys

import cv2

import mirror

result = mirror.parse(sys.argv[1])
print(result)
for person in result.people:
    print(f"person {person.id}: {person.mask().sum()} pixels, box {person.box}")
    print(f"  left knee at {person.landmarks['left_knee'].xy}, angles {dict(person.angles)}")
print("pixels of each part:", result.areas)

cv2.imwrite("picture-parsed.png", result.draw(landmarks=True, labels="people"))
