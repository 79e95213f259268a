"""M2FP: 19 parts of people and their clothes, from ModelScope's checkpoints, without mmcv.

``settings`` and what follows the network need NumPy alone; what needs torch says so.
"""
