"""Write every landmark of everybody in a video to a table.

Usage: python video_to_csv.py squats.mp4
"""

import csv
import sys

import mirror

with open("landmarks.csv", "w", newline="") as file, mirror.open_video(sys.argv[1]) as video:
    table = csv.writer(file)
    table.writerow(["time", "person", "landmark", "x", "y", "visibility"])
    for result in video:
        for person in result.people:
            for name, landmark in person.landmarks.items():
                row = [f"{result.time:.3f}", person.id, name, *landmark.xy, landmark.visibility]
                table.writerow(row)
print("wrote landmarks.csv")
