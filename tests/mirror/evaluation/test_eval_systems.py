"""What is judged: stored label maps and other systems in environments of their own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from truths import labels_of, picture_of, write_plain

from mirror.cli.main import main
from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing, Person
from mirror.core.skeleton import FROM_COCO
from mirror.evaluation.peers import bodypix_peer, mediapipe_peer
from mirror.evaluation.prediction import prediction_of
from mirror.evaluation.systems.stored import StoredSystem
from mirror.evaluation.truth import BadDataSet
from mirror.outputs.masks import PaletteEncoder

BODY = (10, 20, 50, 40)
PASSER_BY = (5, 60, 30, 70)
BOX = (0.0, 0.0, 1.0, 1.0)


def judged(what: str, *arguments: str | Path, out: Path) -> dict[str, Any]:
    flags = ["--quiet", "--overwrite", "--json", str(out)]
    assert main(["eval", what, *map(str, arguments), *flags]) == 0
    (dataset,) = json.loads(out.read_text())["datasets"]
    found: dict[str, Any] = dataset
    return found


def made(folder: Path, **about: object) -> Path:
    truth = {"persons": labels_of(BODY), "parts": labels_of(BODY) * np.uint8(2)}
    return write_plain(folder / "made", [picture_of(labels_of(BODY))] * 2, [truth] * 2, **about)


def test_a_passer_by_is_no_fault_where_only_one_person_is_labelled(tmp_path: Path) -> None:
    data, stored = made(tmp_path, single=True), tmp_path / "theirs"
    stored.mkdir()
    for number in range(2):
        np.savez(stored / f"{number:03d}.npz", persons=labels_of(PASSER_BY, BODY))
    figures = judged("person", data, "--predictions", stored, out=tmp_path / "e.json")["figures"]
    assert figures["iou"] == 1.0
    assert figures["everybody_iou"] == pytest.approx(800 / (800 + 250))
    assert figures["recall"] == 1.0
    assert "false" not in figures


def test_a_passer_by_s_parts_are_no_fault_where_only_one_person_is_labelled(
    tmp_path: Path,
) -> None:
    stored = tmp_path / "theirs"
    stored.mkdir()
    for number in range(2):
        persons = labels_of(PASSER_BY, BODY)
        parts = np.choose(persons, [0, 1, 2]).astype(np.uint8)  # a head, and a torso
        np.savez(stored / f"{number:03d}.npz", persons=persons, parts=parts)
    flags = ("--predictions", stored, "--classes", "built-in")
    one = judged("parts", made(tmp_path, single=True), *flags, out=tmp_path / "e.json")
    assert one["figures"]["miou_15"] == 1.0
    everybody = judged("parts", made(tmp_path), *flags, out=tmp_path / "e.json")
    assert everybody["tables"]["IoU in the classes of built-in"]["head"]["iou"] == 0.0


def test_a_person_made_up_is_false_where_everybody_is_labelled(tmp_path: Path) -> None:
    data, stored = made(tmp_path), tmp_path / "theirs"
    (stored / "made").mkdir(parents=True)
    for number in range(2):
        persons = labels_of(PASSER_BY, BODY) if number else labels_of(PASSER_BY)
        np.savez(stored / "made" / f"{number:03d}.npz", persons=persons, scores=np.ones(2))
    found = judged("person", data, "--predictions", stored, out=tmp_path / "e.json")
    figures = found["figures"]
    assert (figures["people"], figures["recall"]) == (2, 0.5)
    assert (figures["found"], figures["false"]) == (3, 2)
    assert figures["false_share"] == pytest.approx(2 / 3)
    by_height = found["tables"]["people by height in pixels"]
    assert by_height["0 to 59"]["recall"] == 0.5
    assert by_height["60 to 119"]["recall"] is None


def test_label_pictures_of_a_run_are_judged_by_their_numbers(tmp_path: Path) -> None:
    data, stored = made(tmp_path, single=True), tmp_path / "masks"
    stored.mkdir()
    for number in range(2):
        png = PaletteEncoder(label_set("built-in").palette())(labels_of(BODY) * np.uint8(2))
        (stored / f"{number:06d}.png").write_bytes(png)
    names = {str(id): name for id, name in enumerate(label_set("built-in").names)}
    (stored / "parts.json").write_text(json.dumps({"parts": names}))
    out = tmp_path / "e.json"
    found = judged("parts", data, "--predictions", stored, out=out)
    assert found["tables"]["IoU in the classes of built-in"]["torso"]["iou"] == 1.0
    assert found["figures"]["miou_15"] == found["figures"]["miou_7"] == 1.0
    (stored / "parts.json").unlink()
    # in other classes the id 2 is another part: in Pascal-Person-Part's the torso too
    found = judged(
        "parts", data, "--predictions", stored, "--classes", "pascal-person-part", out=out
    )
    assert found["figures"]["miou_7"] == 1.0
    assert "miou_15" not in found["figures"]


def test_a_picture_without_a_stored_label_map_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, stored = made(tmp_path), tmp_path / "theirs"
    stored.mkdir()
    np.savez(stored / "000.npz", persons=labels_of(BODY))
    assert main(["eval", "person", str(data), "--predictions", str(stored)]) == 1
    assert "has no 001.npz or 001.png" in capsys.readouterr().err
    np.savez(stored / "001.npz", persons=labels_of(BODY)[:-1])
    assert main(["eval", "person", str(data), "--predictions", str(stored)]) == 1
    assert "001.npz is (59, 80) uint8" in capsys.readouterr().err
    assert main(["eval", "parts", str(data), "--predictions", str(stored)]) == 1
    assert "theirs tells no parts" in capsys.readouterr().err


def test_a_parts_json_that_says_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "parts.json").write_text('{"parts": {"1": "head"}}')
    with pytest.raises(BadDataSet, match=r"parts\.json cannot be read"):
        StoredSystem(tmp_path)


def test_a_parsing_with_people_tells_people_apart_and_one_without_does_not() -> None:
    people = (Person(1, 0.9, BOX), Person(2, 0.8, BOX))
    labels = labels_of(BODY, PASSER_BY)
    apart = prediction_of(Parsing((labels > 0).astype(np.uint8), labels, people))
    assert apart.tells_apart
    assert apart.scores == (0.9, 0.8)
    assert np.unique(apart.persons).tolist() == [0, 1, 2]
    together = prediction_of(Parsing.undivided(labels.copy()))
    assert not together.tells_apart
    assert np.unique(together.persons).tolist() == [0, 1]


PEER = """
import json, sys
import numpy as np
job = json.load(open(sys.argv[2]))
for path, target in job["pictures"]:
    persons = np.zeros((60, 80), np.uint8)
    persons[10:50, 20:40] = 1
    np.savez(target, persons=persons, scores=np.ones(1))
print("a library greets")
print(json.dumps({"cpu_ms": 12.5 if job["clip"] else 25.0, "version": job["model"]}))
"""


def fake_python(folder: Path, script: str) -> Path:
    """A Python that runs a script of ours, whatever it is told to run."""
    (folder / "peer.py").write_text(script)
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{folder}/peer.py" "$@"\n')
    python.chmod(0o755)
    return python


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_a_peer_is_run_by_its_own_python_on_the_same_pictures(tmp_path: Path) -> None:
    python = fake_python(tmp_path, PEER)
    data = made(tmp_path, single=True, clip=True)
    found = judged(
        "person", data, "--peer", "mediapipe-lite", "--peer-python", python, out=tmp_path / "e.json"
    )
    assert found["figures"]["iou"] == 1.0
    assert found["figures"]["cpu_ms"] == 12.5
    assert json.loads((tmp_path / "e.json").read_text())["system"] == "mediapipe-lite"


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_a_peer_that_fails_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python = fake_python(tmp_path, "raise SystemExit('no module named mediapipe')")
    data = made(tmp_path, single=True)
    peer = ["eval", "person", str(data), "--quiet", "--peer"]
    assert main([*peer, "mediapipe-full", "--peer-python", str(python)]) == 1
    said = capsys.readouterr().err
    assert "did not run mediapipe-full: no module named mediapipe" in said
    assert said.count("\n") == 1
    assert main([*peer, "mediapipe-full", "--peer-python", str(tmp_path / "no")]) == 1
    assert "cannot be run" in capsys.readouterr().err
    assert main([*peer, "mediapipe-full"]) == 1
    assert "--peer-python" in capsys.readouterr().err
    assert main([*peer, "bodypix", "--peer-python", str(python)]) == 1
    assert "--peer-model" in capsys.readouterr().err


def test_the_peers_scripts_know_our_orders() -> None:
    assert mediapipe_peer.COCO == FROM_COCO
    names = label_set("built-in").names
    told = [names[id] for id in bodypix_peer.BUILT_IN]
    assert told[:6] == [*["head"] * 2, *["left-upper-arm"] * 2, *["right-upper-arm"] * 2]
    assert told[10:14] == ["left-hand", "right-hand", "torso", "torso"]
    assert told[18:] == [*["left-shin"] * 2, *["right-shin"] * 2, "left-foot", "right-foot"]


def test_bodypix_s_answer_is_brought_to_the_picture_s_size_in_our_parts() -> None:
    class Session:
        """Somebody in the left half, whose upper half is face and lower half right foot."""

        def get_inputs(self) -> list[Any]:
            return [type("Input", (), {"name": "input"})]

        def get_outputs(self) -> list[Any]:
            return [type("Output", (), {"name": name}) for name in ("part_heatmaps", "segments")]

        def run(self, _: None, given: dict[str, Any]) -> list[np.ndarray]:
            image = given["input"]
            assert image.shape == (1, 385, 513, 3)
            assert image.min() == -1.0
            assert image[0, 0, 0].tolist() == pytest.approx([1.0, -1.0, -1.0])  # RGB
            parts = np.full((1, 25, 33, 24), -9.0, np.float32)
            parts[:, :12, :, 0], parts[:, 12:, :, 23] = 9.0, 9.0
            somebody = np.full((1, 25, 33, 1), -9.0, np.float32)
            somebody[:, :, :16] = 9.0
            return [parts, somebody]

    image = np.zeros((60, 80, 3), np.uint8)
    image[:2, :2] = (0, 0, 255)
    parts = bodypix_peer.look(Session(), image, 16)
    assert parts.shape == (60, 80)
    assert parts[10, 10] == 1
    assert parts[50, 10] == 14
    assert parts[30, 70] == 0


def test_the_worst_pictures_come_first_on_a_sheet_and_a_plot_is_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    pictures = [picture_of(labels_of((10, 20 + shift, 50, 40 + shift))) for shift in (0, 8, 4)]
    data = write_plain(tmp_path / "made", pictures, [{"persons": labels_of(BODY)}] * 3, single=True)
    sheet, plot = tmp_path / "worst.png", tmp_path / "plot.svg"
    judged(
        "person", data, "--sheet", sheet, "--plot", plot, "--parser", "truths:bright",
        out=tmp_path / "e.json",
    )  # fmt: skip
    image = cv2.imread(str(sheet))
    assert image is not None
    assert image.shape == (2 * 328 + 6, 2 * 906 + 6, 3)
    truth_panel = image[6 + 22 : 6 + 322, 6 + 300 : 6 + 600].astype(int)
    blue = truth_panel[:, :, 0] - truth_panel[:, :, 2] > 60  # the first person's colour
    assert blue.any()
    assert plot.read_text().startswith("<?xml")


def test_several_data_sets_get_a_sheet_each(tmp_path: Path) -> None:
    data = [made(tmp_path / name, single=True) for name in ("a", "b")]
    other = data[1].rename(data[1].with_name("other"))
    arguments = [str(data[0]), str(other), "--quiet", "--parser", "truths:bright"]
    sheet = str(tmp_path / "s.png")
    assert main(["eval", "person", *arguments, "--sheet", sheet]) == 0
    assert (tmp_path / "s-made.png").is_file()
    assert (tmp_path / "s-other.png").is_file()


def test_a_plot_of_no_known_kind_is_refused_before_anything_is_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    data = made(tmp_path, single=True)
    arguments = ["eval", "person", str(data), "--parser", "truths:nothing-there", "--plot"]
    assert main([*arguments, str(tmp_path / "plot.xyz")]) == 1
    assert "no kind of plot" in capsys.readouterr().err
