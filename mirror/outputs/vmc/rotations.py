"""Unit quaternions, (..., 4) float64 in the order x, y, z, w that the VMC protocol sends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

IDENTITY: Array = np.array([0.0, 0.0, 0.0, 1.0])
_CONJUGATE: Array = np.array([-1.0, -1.0, -1.0, 1.0])


def product(first: Array, second: Array) -> Array:
    """Return the rotation that turns by the second, then by the first."""
    x, y, z, w = first.tolist()  # Python's own floats: NumPy's take several times as long
    a, b, c, d = second.tolist()
    return np.array(
        (
            w * a + x * d + y * c - z * b,
            w * b - x * c + y * d + z * a,
            w * c + x * b - y * a + z * d,
            w * d - x * a - y * b - z * c,
        )
    )


def inverse(rotation: Array) -> Array:
    """Return the rotation that undoes another."""
    return rotation * _CONJUGATE


def turned(rotation: Array, vector: Array) -> Array:
    """Return a vector, turned."""
    axis, w = rotation[:3], rotation[3]
    aside = 2 * cross(axis, vector)
    result: Array = vector + w * aside + cross(axis, aside)
    return result


def cross(one: Array, other: Array) -> Array:
    """Return the cross product: NumPy's own takes ten times as long for single vectors."""
    a, b, c = one.tolist()
    d, e, f = other.tolist()
    return np.array((b * f - c * e, c * d - a * f, a * e - b * d))


def swing(one: Array, other: Array) -> Array:
    """Return the shortest rotation from one direction to another, both of length 1."""
    cosine = float(one @ other)
    if cosine < -1 + 1e-9:  # opposite: about any axis across
        axis = cross(one, np.eye(3)[0 if abs(one[0]) < 0.9 else 1])
        return np.append(axis / np.linalg.norm(axis), 0.0)
    found = np.array((*cross(one, other).tolist(), 1 + cosine))
    result: Array = found / np.linalg.norm(found)
    return result


def of_axes(right: Array, up: Array) -> Array:
    """Return the rotation that takes x to a direction, and y as near as can be to another."""
    x = right / np.linalg.norm(right)
    y = up - (up @ x) * x
    y = y / np.linalg.norm(y)
    matrix = np.stack([x, y, cross(x, y)], axis=1)
    return _of_matrix(matrix)


def between(one: Array, other: Array, share: float) -> Array:
    """Return the rotation a share of the way from one to another, the short way (slerp)."""
    cosine = float(one @ other)
    if cosine < 0:
        other, cosine = -other, -cosine
    if cosine > 0.9995:
        found = one + share * (other - one)
    else:
        angle = np.arccos(cosine)
        found = np.sin((1 - share) * angle) * one + np.sin(share * angle) * other
    result: Array = found / np.linalg.norm(found)
    return result


def angle(one: Array, other: Array) -> float:
    """Return the radians between two rotations."""
    return float(2 * np.arccos(min(1.0, abs(float(one @ other)))))


def _of_matrix(matrix: Array) -> Array:
    """The largest of the four components first: Shepperd, J. Guidance and Control 1, 1978."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    squares = np.array([1 + a - e - i, 1 - a + e - i, 1 - a - e + i, 1 + a + e + i])
    largest = int(np.argmax(squares))
    rows = (
        (squares[0], b + d, c + g, h - f),
        (b + d, squares[1], f + h, c - g),
        (c + g, f + h, squares[2], d - b),
        (h - f, c - g, d - b, squares[3]),
    )
    found = np.array(rows[largest])
    result: Array = found / np.linalg.norm(found)
    return result
