"""Plot how a joint bends over a video.

Usage: python joint_angle.py squats.mp4 right_hip   (needs pip install matplotlib)
"""

import sys

import matplotlib

matplotlib.use("agg")  # draws into a file, without a window
import matplotlib.pyplot as plt

import mirror

joint = sys.argv[2] if len(sys.argv) > 2 else "left_knee"
times, angles = [], []
for result in mirror.open_video(sys.argv[1]):
    person = next((person for person in result.people if person.id == 1), None)
    times.append(result.time)
    angles.append(person.angles.get(joint, float("nan")) if person else float("nan"))

plt.plot(times, angles)
plt.xlabel("seconds")
plt.ylabel(f"{joint.replace('_', ' ')}, degrees (180 is straight)")
plt.savefig("angle.png")
print("wrote angle.png")
