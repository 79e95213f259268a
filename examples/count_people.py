"""Count the people in a video, and say for how long each was there.

Usage: python count_people.py street.mp4
"""

import sys
from collections import defaultdict

import mirror

most = 0
seen = defaultdict(list)  # a person keeps an id from frame to frame
for result in mirror.open_video(sys.argv[1], search="thorough"):
    most = max(most, len(result.people))
    for person in result.people:
        seen[person.id].append(result.time)

print(f"{len(seen)} people, at most {most} at once")
for number, times in seen.items():
    print(f"person {number}: from {times[0]:.2f} s to {times[-1]:.2f} s")
