"""Searches for people that take longer than a frame, with a scheduler that answers when told to."""

import threading
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest
from clip import frames_of, images, man, on_ground
from somebody import moving, standing

from mirror.parsers.builtin import BuiltIn
from mirror.pose.person_verifier import LandmarkVerifier
from mirror.tracking.crop_planner import CropPlanner
from mirror.tracking.detection_scheduler import AsyncDetection, DetectorView, SyncDetection
from mirror.tracking.motion import Motion
from mirror.tracking.person_detector import SIDE, Detection, PersonDetector
from mirror.tracking.person_search import PersonSearch
from mirror.tracking.search_views import turned_back, views
from mirror.tracking.tracks import Tracks
from pipeline.frame import BGR, Frame

FAST, STILL = moving(20, 0), moving(0, 0)


@dataclass
class Told:
    """A scheduler that knows what a test tells it; it waits for nothing."""

    asked: list[DetectorView] = field(default_factory=list)
    known: list[list[Detection]] = field(default_factory=list)
    waited: list[bool] = field(default_factory=list)

    def submit(self, view: DetectorView) -> None:
        self.asked.append(view)

    def result(self, patient: bool) -> list[Detection] | None:
        self.waited.append(patient)
        return self.known.pop(0) if self.known else None

    def close(self) -> None:
        pass


def somebody_at(x: float) -> list[Detection]:
    return [Detection(standing(x).joints, 0.9)]


def frame_of(time_s: float, side: int = 320) -> Frame:
    return Frame.from_bgr(np.zeros((side, side, 3), np.uint8), time_s)


class Scene:
    """Frames 40 ms apart, seen by a search."""

    def __init__(self) -> None:
        self.told, self.tracks, self.now = Told(), Tracks(), 0.0
        self._search = PersonSearch(self.told, self.tracks, LandmarkVerifier())

    def see(self, motion: Motion | None, after_s: float = 0.04) -> None:
        self.now += after_s
        if motion is not None:
            self.tracks.carry(motion)
        self._search.update(frame_of(self.now), motion)

    @property
    def places(self) -> list[float]:
        return [float(track.joints[0, 0]) for track in self.tracks.present()]


def test_whoever_is_found_late_is_where_they_are_by_then() -> None:
    scene = Scene()
    scene.see(None)
    for _ in range(3):
        scene.see(FAST)
    assert scene.places == []
    scene.told.known.append(somebody_at(100))
    scene.see(FAST)
    assert scene.places == [pytest.approx(180)]
    (track,) = scene.tracks.present()
    assert track.moved == pytest.approx(80)  # it is trusted less than if it had been found here


def test_one_search_goes_on_at_a_time() -> None:
    scene = Scene()
    scene.see(None)
    for _ in range(60):
        scene.see(STILL)
    assert len(scene.told.asked) == 1
    scene.told.known.append([])
    scene.see(STILL)
    scene.see(STILL)
    assert len(scene.told.asked) == 2


def test_a_new_scene_ends_the_search_of_the_old_one() -> None:
    scene = Scene()
    scene.see(None)
    scene.see(FAST)
    scene.see(None)
    assert len(scene.told.asked) == 2
    scene.told.known.append(somebody_at(100))
    scene.see(FAST)
    assert scene.places == [pytest.approx(120)]


def test_only_the_first_look_of_a_new_scene_is_waited_for() -> None:
    scene = Scene()
    scene.told.known.append([Detection(standing(50, tall=40).joints, 0.9)])
    scene.see(None)  # whoever is that small is looked at closer
    scene.see(STILL)
    scene.see(None)
    assert scene.told.waited == [True, False, False, True]


def test_frames_far_apart_wait_for_an_answer() -> None:
    scene = Scene()
    scene.told.known.append(somebody_at(100))
    scene.see(None)
    scene.told.known.append([])  # nobody was missed
    scene.see(FAST)  # 20 of 200 px, but too soon
    scene.told.known.append(somebody_at(140))
    scene.see(FAST, 0.45)
    assert scene.told.waited == [True, False, False, True]
    assert scene.places == [pytest.approx(140)]


def test_somebody_whom_the_flow_has_lost_is_looked_for_again_soon() -> None:
    scene = Scene()
    scene.told.known.append(somebody_at(100))
    scene.see(None)
    scene.told.known.append([])  # nobody was missed
    for _ in range(3):  # 0.12 s
        scene.see(FAST)
    assert len(scene.told.asked) == 3


def stretching(down: float) -> Motion:
    """The lower a place is, the faster it sinks: by so much at a height of 300 pixels."""
    field = np.zeros((48, 64, 2), np.float32)
    field[..., 1] = np.linspace(0, down * 1.6, 48, dtype=np.float32)[:, None] / 10
    return Motion(field, 10.0)


@pytest.mark.parametrize(("motion", "searches"), [(moving(7, 0), 1), (stretching(10), 2)])
def test_somebody_whom_the_flow_stretches_is_looked_for_again_soon(
    motion: Motion, searches: int
) -> None:
    scene = Scene()
    scene.told.known.append(somebody_at(100))
    scene.see(None)
    scene.told.known.append([])  # nobody was missed
    for _ in range(3):  # 0.12 s, in which nothing of them went as far as a quarter of a body
        scene.see(motion)
    (track,) = scene.tracks.present()
    assert 0.08 < track.moved / track.length < 0.25
    assert len(scene.told.asked) == 1 + searches


def held(image: BGR, time_s: float) -> Frame:
    frame = Frame.from_bgr(image.copy(), time_s)
    frame.is_held = True
    return frame


def test_a_picture_that_is_held_is_searched_to_the_end() -> None:
    told, tracks, image = Told(), Tracks(), man(1)[0]
    search, there = PersonSearch(told, tracks, LandmarkVerifier()), PersonDetector().find(image)
    everywhere = len(list(views(*image.shape[:2])))
    told.known += [there, *[[]] * (everywhere - 1)]
    search.update(held(image, 0.0), None)
    assert len(told.asked) == everywhere > 1
    assert told.waited == [True] * everywhere
    told.known.append(there)
    search.update(held(image, 1 / 30), STILL)
    assert len(told.asked) == everywhere + 1  # a step farther nobody has come out of nowhere
    assert [(track.key, track.finds) for track in tracks.present()] == [(1, 2)]


def test_somebody_upside_down_is_found_in_a_picture_that_is_held() -> None:
    upright, upside_down = man(1)[0], np.ascontiguousarray(man(1)[0][::-1, ::-1])
    crops = []
    for frame in (frames_of([upright])[0], held(upside_down, 0.0)):
        (person,) = CropPlanner.of(PersonDetector(), LandmarkVerifier(), live=False)(frame)
        crops.append(person.crop)
    head_down = np.pi - abs(crops[1].angle - crops[0].angle)
    assert head_down == pytest.approx(0, abs=0.3)
    height, width = upright.shape[:2]
    apart = np.hypot(width - 1 - crops[1].x - crops[0].x, height - 1 - crops[1].y - crops[0].y)
    assert apart < 0.1 * crops[0].side


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_somebody_found_in_a_picture_that_was_turned_is_where_they_are(turns: int) -> None:
    picture = np.zeros((40, 60), np.uint8)
    picture[7, 23] = 1
    ((row, column),) = np.argwhere(np.rot90(picture, turns))
    found = Detection(np.array([[column, row, 0.9]] * 17, np.float32), 0.9)
    back = turned_back(found, turns, 40, 60)
    assert back.joints[0].tolist() == pytest.approx([23, 7, 0.9])


def test_of_one_person_found_in_many_views_there_is_one_and_nobody_where_nobody_is() -> None:
    image = on_ground(man(1)[0], 400, 500, 40, 40)
    (found,) = PersonDetector().find(image)
    elsewhere = found.joints.copy()
    elsewhere[:, 0] += 230  # on the plain ground
    shifted, larger = found.joints.copy(), found.joints.copy()
    shifted[:, :2] += 12
    larger[:, 1] = larger[:, 1] * 1.2 - 30
    many = [found, *(Detection(one, 0.6) for one in (elsewhere, shifted, larger))]
    assert len(LandmarkVerifier()(image, many)) == 1


def test_a_file_is_searched_thoroughly_where_that_was_asked_for() -> None:
    upside_down = []
    for live in (False, True):
        told, turned = Told(known=[[]] * 40), np.rot90(man(1)[0], 2)
        prepare = CropPlanner(told, LandmarkVerifier(), is_thorough=not live)
        prepare(frames_of([man(1)[0]])[0])
        upside_down.append(any(np.array_equal(view.image, turned) for view in told.asked))
    assert upside_down == [True, False]


def test_somebody_small_is_looked_at_closer_in_the_frame_that_is_there_by_then() -> None:
    scene = Scene()
    scene.see(None)
    scene.see(moving(50, 0))
    small = standing(50, tall=40).joints
    scene.told.known.append([Detection(small, 0.9)])
    scene.see(moving(50, 0))
    closer = scene.told.asked[-1]
    assert closer.side < SIDE
    middle = closer.x0 + closer.image.shape[1] / 2
    assert middle == pytest.approx(150, abs=10)


class Stalling(PersonDetector):
    """Looks at everything but the first view only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.may_look, self.looks = threading.Event(), 0

    def find(self, image: BGR, x0: int = 0, y0: int = 0, side: int = SIDE) -> list[Detection]:
        self.looks += 1
        assert self.looks == 1 or self.may_look.wait(10.0)
        return super().find(image, x0, y0, side)


def test_no_frame_of_a_live_source_waits_for_a_search() -> None:
    detector = Stalling()
    prepare = CropPlanner(AsyncDetection(detector), LandmarkVerifier())
    try:
        frames = frames_of([cv2.resize(image, (540, 960)) for image in images()[:40]])
        plans = [prepare(frame) for frame in frames]  # hangs where one waits
        assert len(plans[0]) == len(plans[-1]) == 1
        first, last = (plan[0].crop for plan in (plans[0], plans[-1]))
        assert np.hypot(last.x - first.x, last.y - first.y) < first.side / 4
    finally:
        detector.may_look.set()
        prepare.close()


def test_a_live_run_finds_whom_a_file_has() -> None:
    kind = BuiltIn()
    frames = frames_of(man(24))
    in_file, live = kind.make_prepare(live=False), kind.make_prepare(live=True)
    try:
        for frame in frames:
            expected, plan = in_file(frame), live(frame)
        assert [person.key for person in plan] == [person.key for person in expected]
        ours, theirs = plan[0].crop, expected[0].crop
        assert np.hypot(ours.x - theirs.x, ours.y - theirs.y) < 0.1 * theirs.side
    finally:
        live.close()


class Broken(PersonDetector):
    def find(self, image: BGR, x0: int = 0, y0: int = 0, side: int = SIDE) -> list[Detection]:
        raise RuntimeError("no more memory")


def test_a_detector_that_fails_beside_says_so_where_it_was_asked() -> None:
    for scheduler in (AsyncDetection(Broken()), SyncDetection(Broken())):
        scheduler.submit(DetectorView(np.zeros((8, 8, 3), np.uint8)))
        with pytest.raises(RuntimeError, match="no more memory"):
            scheduler.result(patient=True)
        scheduler.close()


def test_a_close_up_takes_no_piece_of_somebody_large_for_the_whole_of_them() -> None:
    told, tracks = Told(), Tracks()
    search = PersonSearch(told, tracks, LandmarkVerifier())
    somebody, child = standing(250, tall=400), standing(330, tall=100)
    piece = Detection(somebody.joints * (1, 0.4, 1) + (0, 60, 0), 0.9)  # its joints are misplaced
    told.known += [[Detection(one.joints, 0.9) for one in (somebody, child)], [piece]]
    search.update(Frame.from_bgr(np.zeros((500, 500, 3), np.uint8), 0.0), None)
    assert told.asked[1].side < SIDE  # whoever is that small is looked at closer
    large, _ = tracks.present()
    assert large.joints == pytest.approx(somebody.joints)


def test_whoever_the_first_look_has_missed_is_searched_for_among_boxes() -> None:
    told, tracks = Told(), Tracks()
    search = PersonSearch(told, tracks, LandmarkVerifier())
    large, small = standing(150, tall=400), standing(300, tall=120)
    told.known += [[Detection(large.joints, 0.9)], [Detection(small.joints, 0.9)]]
    search.update(Frame.from_bgr(np.zeros((500, 500, 3), np.uint8), 0.0), None)
    assert [track.joints[0, 0] for track in tracks.present()] == [150, 300]
    first, missed = told.asked
    assert first.known is None
    assert missed.known is not None
    assert [joints[0, 0] for joints in missed.known] == [150]
