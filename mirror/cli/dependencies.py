"""The packages that the product is made with, and how each is got where it is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mirror.core.errors import MirrorError
from mirror.process.printable import shown

REQUIRED = {  # as it is installed -> as it is imported
    "numpy": "numpy",
    "av": "av",
    "opencv-python-headless": "cv2",
    "onnxruntime": "onnxruntime",
    "pydantic": "pydantic",
    "rich": "rich",
    "platformdirs": "platformdirs",
    "psutil": "psutil",
    "shtab": "shtab",
    "typing-extensions": "typing_extensions",
}


@dataclass(frozen=True, slots=True)
class Extra:
    """Packages that one can ask for together, as in pip install 'smart-mirror[window]'.

    Attributes:
        use: what for.
        packages: as each is installed -> as it is imported.
    """

    use: str
    packages: Mapping[str, str]


EXTRAS = {
    "window": Extra("the window", {"PyQt5": "PyQt5"}),
    "camera": Extra("a camera that other programs can open", {"pyvirtualcam": "pyvirtualcam"}),
    "batch": Extra("mirror batch", {"fsspec": "fsspec", "pyarrow": "pyarrow"}),
    "s3": Extra("batches on S3", {"s3fs": "s3fs"}),
    "ray": Extra("batches and services on a cluster", {"ray": "ray"}),
    "serve": Extra(
        "the network service",
        {
            "fastapi": "fastapi",
            "httptools": "httptools",
            "prometheus-client": "prometheus_client",
            "python-multipart": "python_multipart",
            "redis": "redis",
            "uvicorn": "uvicorn",
            "websockets": "websockets",
        },
    ),
    "grpc": Extra(
        "the network service over gRPC",
        {
            "grpcio": "grpc",
            "grpcio-health-checking": "grpc_health",
            "grpcio-reflection": "grpc_reflection",
            "grpcio-status": "grpc_status",
        },
    ),
    "client": Extra(
        "mirror.client, which asks a service", {"httpx": "httpx", "websockets": "websockets"}
    ),
    "vmc": Extra("moving avatars", {"python-osc": "pythonosc"}),
    "report": Extra("the coach's report", {"jinja2": "jinja2"}),
    "eval": Extra(
        "plots of mirror eval, and COCO's data sets",
        {"matplotlib": "matplotlib", "pycocotools": "pycocotools"},
    ),
    "coco": Extra("masks as COCO has them", {"pycocotools": "pycocotools"}),
    "m2fp": Extra(
        "M2FP",
        {
            "modelscope-hub": "modelscope_hub",
            "onnx": "onnx",
            "pillow": "PIL",
            "threadpoolctl": "threadpoolctl",
            "torch": "torch",
        },
    ),
    "openvino": Extra("M2FP at its fastest on a CPU", {"openvino": "openvino"}),
}


class PackageMissing(MirrorError):
    """Something that a command is made with cannot be imported."""


def package_of(module: str) -> str:
    """Return the name by which a module, or a part of one, is installed."""
    top = module.partition(".")[0]
    return next((package for package, imported in _all() if imported == top), top)


def remedy_for(package: str) -> str:
    """Return the command that brings a package, with all that is used together with it."""
    extra = next((name for name, extra in EXTRAS.items() if package in extra.packages), None)
    return f"pip install {package}" if extra is None else f"pip install 'smart-mirror[{extra}]'"


def missing(what: str, error: ImportError) -> PackageMissing:
    """Return what to say of an import that failed: what for, and what to do."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = package_of(error.name)
        return PackageMissing(
            "package.missing",
            "{what} needs {package}, which is not installed: {remedy}. mirror doctor says what "
            "else is missing",
            what=what,
            package=package,
            remedy=remedy_for(package),
        )
    return PackageMissing(
        "package.not_loaded",
        "{what} cannot be loaded: {reason}. See mirror doctor",
        what=what,
        reason=shown(error),
    )


def is_of_ours(error: ModuleNotFoundError) -> bool:
    """Say whether what is not there is one of the packages that the product is made with."""
    return package_of(error.name or "") in {package for package, _ in _all()}


def _all() -> Iterator[tuple[str, str]]:
    yield from REQUIRED.items()
    for extra in EXTRAS.values():
        yield from extra.packages.items()
