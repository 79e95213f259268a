"""A person's landmarks by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.api.errors import NoSuchName
from mirror.core.parsing import Pose
from pipeline.nearest_name import nearest


@dataclass(frozen=True, slots=True)
class Landmark:
    """One landmark of one person.

    Attributes:
        name: such as ``left_knee``; left and right are the person's own.
        xy: x and y in pixels of the image.
        visibility: 0-1, how sure the parser is that it can be seen.
        world: x to the person's left, y down, z away from the camera, in metres from the middle
            between the hips; None where the parser does not know.
    """

    name: str
    xy: tuple[float, float]
    visibility: float
    world: tuple[float, float, float] | None


class Landmarks(Mapping[str, Landmark]):
    """A person's landmarks, by name: ``landmarks["left_knee"].xy``.

    Empty where the parser finds none. The whole set as arrays: ``xy``, ``visibility``, ``world``.
    """

    __slots__ = ("_pose",)

    def __init__(self, pose: Pose | None) -> None:
        self._pose = pose

    def __getitem__(self, name: str) -> Landmark:
        """Return the landmark of a name.

        Raises:
            NoSuchName: there is none; a KeyError that says which comes nearest.
        """
        if self._pose is None:
            raise NoSuchName(
                "landmark.none",
                "there is no landmark {name!r}: this parser finds no landmarks",
                name=name,
            )
        if name not in self._pose.names:
            raise NoSuchName(
                "landmark.unknown",
                "no landmark is called {name!r}; {hint}",
                name=name,
                hint=nearest(name, self._pose.names),
            )
        row = self._pose.names.index(name)
        x, y, visibility = self._pose.image[row].tolist()
        world = None if self._pose.world is None else tuple(self._pose.world[row].tolist())
        return Landmark(name, (x, y), visibility, world)

    def __iter__(self) -> Iterator[str]:
        return iter(() if self._pose is None else self._pose.names)

    def __len__(self) -> int:
        return 0 if self._pose is None else len(self._pose.names)

    def __repr__(self) -> str:
        names = list(self)
        shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
        return f"<{len(names)} landmarks: {shown}>" if names else "<no landmarks>"

    @property
    def xy(self) -> NDArray[np.float32]:
        """(N, 2) float32: x and y in pixels, in the order of the names."""
        return np.zeros((0, 2), np.float32) if self._pose is None else self._pose.image[:, :2]

    @property
    def visibility(self) -> NDArray[np.float32]:
        """(N,) float32: 0-1, in the order of the names."""
        return np.zeros(0, np.float32) if self._pose is None else self._pose.image[:, 2]

    @property
    def world(self) -> NDArray[np.float32] | None:
        """(N, 3) float32 in metres, see ``Landmark``; None where the parser does not know."""
        return None if self._pose is None else self._pose.world
