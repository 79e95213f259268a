"""Show a picture beside its parts with matplotlib, as in a notebook.

Usage: python notebook.py photo.jpg   (needs pip install matplotlib pillow)

In a notebook a result that stands alone at the end of a cell is drawn by itself.
"""

import sys

import matplotlib

matplotlib.use("agg")  # a notebook needs neither this line nor savefig
import matplotlib.pyplot as plt
from PIL import Image

import mirror

picture = Image.open(sys.argv[1])
result = mirror.parse(picture)

figure, axes = plt.subplots(1, 3, figsize=(12, 5))
axes[0].imshow(picture)
axes[1].imshow(result.draw(rgb=True))  # matplotlib's order is red-green-blue
axes[2].imshow(result.mask("torso"), cmap="gray")
for person in result.people:
    axes[0].scatter(*person.landmarks.xy.T, s=4)
figure.savefig("notebook.png")
print("wrote notebook.png")
