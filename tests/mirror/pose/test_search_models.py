from concurrent.futures import ThreadPoolExecutor

import pytest
from clip import frames_of, man

from mirror.parsers.builtin import BuiltIn
from mirror.pose import search_models
from mirror.tracking.person_detector import PersonDetector


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[PersonDetector]:
    """The detectors that were loaded."""
    loaded: list[PersonDetector] = []

    def load() -> PersonDetector:
        loaded.append(PersonDetector())
        return loaded[-1]

    monkeypatch.setattr(search_models, "PersonDetector", load)
    return loaded


def test_single_pictures_of_one_thread_share_their_detector(loads: list[PersonDetector]) -> None:
    kind = BuiltIn()
    for _ in range(3):
        kind.make_prepare(live=False)
    assert len(loads) == 1
    with ThreadPoolExecutor(1) as other:
        other.submit(kind.make_prepare, live=False).result()
    assert len(loads) == 2


def test_live_sources_have_a_detector_each(loads: list[PersonDetector]) -> None:
    kind = BuiltIn()
    for _ in range(2):
        kind.make_prepare(live=True).close()
    assert len(loads) == 2


def test_what_one_step_has_seen_another_does_not_know() -> None:
    kind, (frame,) = BuiltIn(), frames_of(man(1))
    first, second = kind.make_prepare(live=False), kind.make_prepare(live=False)
    keys = [person.key for person in first(frame)]
    assert keys == [person.key for person in second(frame)] == [1]
