"""What ships for clusters says nothing that Ray Serve, KubeRay or we would refuse."""

from __future__ import annotations

import importlib
import shlex
from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml", reason="needs pip install pyyaml")
jsonschema = pytest.importorskip("jsonschema", reason="needs pip install jsonschema")
pytest.importorskip("fastapi", reason="needs pip install smart-mirror[serve]")

from kuberay_schema import schema_of

from mirror.cli.command_parser import parser_for
from mirror.core.schema import made
from mirror.serve.ray_deployment import Arguments

CONFIGS = Path(__file__).parents[2] / "configs"


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((CONFIGS / name).read_text())
    return found


@pytest.mark.parametrize("name", ["batch", "service"])
def test_manifests_for_kuberay_have_its_fields_and_no_others(name: str) -> None:
    manifest = read(f"kuberay/{name}.yaml")
    jsonschema.validate(manifest, schema_of(manifest["kind"]))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**manifest, "spce": {}}, schema_of(manifest["kind"]))


@pytest.mark.parametrize("name", ["batch", "service"])
def test_pods_in_the_manifests_are_what_kubernetes_takes(name: str) -> None:
    kubernetes = pytest.importorskip(
        "kubernetes_validate", reason="needs pip install kubernetes-validate"
    )
    spec = read(f"kuberay/{name}.yaml")["spec"]
    cluster = spec.get("rayClusterSpec") or spec["rayClusterConfig"]
    newest = kubernetes.latest_version()
    for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"]):
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "one"},
            "spec": group["template"]["spec"],
        }
        kubernetes.validate(pod, newest, strict=True)
        wrong = {**pod, "spec": {**pod["spec"], "tolerationz": []}}
        with pytest.raises(kubernetes.ValidationError):
            kubernetes.validate(wrong, newest, strict=True)


def test_the_job_on_kubernetes_is_a_command_that_can_be_given() -> None:
    words = shlex.split(read("kuberay/batch.yaml")["spec"]["entrypoint"])
    options = parser_for(words[1:]).parse_args(words[1:])
    assert (words[0], options.command, options.ray, options.resume) == (
        "mirror", "batch", "auto", True,
    )  # fmt: skip


def test_the_application_of_ray_serve_can_be_built() -> None:
    config = read("ray-serve.yaml")
    (application,) = config["applications"]
    module, _, function = application["import_path"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))
    said = made(Arguments, application["args"])
    assert said.settings["serve.room"] == 32
    on_kubernetes = yaml.safe_load(read("kuberay/service.yaml")["spec"]["serveConfigV2"])
    assert on_kubernetes["applications"] == config["applications"]


def test_ray_serve_itself_takes_the_configuration() -> None:
    schema = pytest.importorskip("ray.serve.schema", reason="needs pip install smart-mirror[ray]")
    schema.ServeDeploySchema.model_validate(read("ray-serve.yaml"))
