"""Two arms from frame to frame, in body lengths."""

import numpy as np

from mirror.pose.limb_pairs import LimbPair

FRAME_S = 1 / 30
# shoulder, elbow and wrist of the left arm and of the right one, spread sideways
SPREAD = np.array(
    [[(0.15, -0.3), (0.4, -0.2), (0.6, -0.1)], [(-0.15, -0.3), (-0.32, -0.2), (-0.47, -0.15)]]
)
EVERY = np.ones(3, np.float32)


def test_wrists_far_off_still_say_which_arm_is_which() -> None:
    # one blurred frame, taken for a view from the side: the shoulders change places, the elbows
    # meet, and the wrists are seen too near, but on their own sides
    blurred = np.array(
        [[(-0.07, -0.3), (0.1, -0.15), (0.35, -0.1)], [(0.06, -0.3), (0.05, -0.2), (-0.1, -0.15)]]
    )
    arms = LimbPair()
    for seen in [SPREAD] * 10:
        arms.are_exchanged(seen, arms.flipped(seen, EVERY, FRAME_S), 0.0, FRAME_S)
    assert arms.flipped(blurred, EVERY, FRAME_S) < 0
    assert arms.flipped(SPREAD[::-1], EVERY, FRAME_S) > 0
