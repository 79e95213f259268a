import pytest

from mirror import weights
from mirror.cli import diagnosis
from mirror.cli.main import main


def test_every_problem_comes_with_its_remedy() -> None:
    findings = list(diagnosis.examine())
    assert {"Python", "numpy", "av", "onnxruntime", "pose_landmark_lite"} <= {
        finding.what for finding in findings
    }
    for finding in findings:
        assert (finding.status == "ok") == (finding.remedy == ""), finding


def test_two_builds_of_opencv_are_a_conflict() -> None:
    def version_of(name: str) -> str | None:
        return "5.0" if name in ("opencv-python", "opencv-python-headless") else None

    finding = diagnosis._opencv_conflict(version_of)
    assert finding.status == "broken"
    assert finding.remedy == (
        "pip uninstall -y opencv-python opencv-python-headless && "
        "pip install opencv-python-headless"
    )
    assert diagnosis._opencv_conflict(lambda _: None).status == "ok"


def test_a_missing_package_is_broken_and_an_optional_one_is_missing() -> None:
    findings = {finding.what: finding for finding in diagnosis._packages(lambda _: None)}
    assert findings["av"].status == "broken"
    assert findings["av"].remedy == "pip install av"
    assert findings["[window]"].status == "missing"
    assert findings["[window]"].seen == "without PyQt5"
    assert findings["[window]"].remedy == "for the window: pip install 'smart-mirror[window]'"


def test_missing_libraries_are_named_as_debian_packages() -> None:
    (finding,) = diagnosis._window_libraries(lambda name: name != "libGL.so.1")
    assert finding.status == "missing"
    assert finding.remedy == "apt-get install libgl1"


def test_damaged_weights_are_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def damaged(name: str) -> None:
        raise weights.WeightsBroken("weights.damaged", f"{name} is damaged; install again")

    monkeypatch.setattr(weights, "verify", damaged)
    monkeypatch.setenv("COLUMNS", "300")
    assert main(["doctor"]) == 1
    assert "movenet-multipose is damaged; install again" in capsys.readouterr().out


def test_licences_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor"])
    printed = " ".join(capsys.readouterr().out.split())
    for word in ("Apache-2.0", "x264 (GPL)", "PyQt5 is GPLv3"):
        assert word in printed
