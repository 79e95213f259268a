"""The packages that the product is made with, and how each is got where it is missing."""

from __future__ import annotations

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
OPTIONAL = {  # as it is installed -> as it is imported, and what for
    "pyarrow": ("pyarrow", "the tables of mirror batch"),
    "fsspec": ("fsspec", "batches at addresses"),
    "s3fs": ("s3fs", "batches on S3"),
    "ray": ("ray", "batches and services on a cluster"),
    "pycocotools": ("pycocotools", "COCO files"),
    "PyQt5": ("PyQt5", "the window"),
    "python-osc": ("pythonosc", "moving avatars"),
    "pyvirtualcam": ("pyvirtualcam", "a camera that other programs can open"),
    "fastapi": ("fastapi", "the network service"),
    "uvicorn": ("uvicorn", "the network service"),
    "websockets": ("websockets", "the network service's streams"),
    "prometheus-client": ("prometheus_client", "the network service's figures"),
    "httpx": ("httpx", "mirror.client, which asks a service"),
    "grpcio": ("grpc", "the network service over gRPC"),
    "grpcio-health-checking": ("grpc_health", "gRPC's health service"),
    "grpcio-reflection": ("grpc_reflection", "gRPC's reflection service"),
    "grpcio-status": ("grpc_status", "what gRPC says of errors"),
    "redis": ("redis", "jobs that several services share"),
    "python-multipart": ("python_multipart", "the network service's forms"),
    "jinja2": ("jinja2", "the coach's report"),
    "matplotlib": ("matplotlib", "figures of mirror eval, drawn"),
    "torch": ("torch", "M2FP"),
    "openvino": ("openvino", "M2FP at its fastest on a CPU"),
    "onnx": ("onnx", "M2FP's graphs"),
    "pillow": ("PIL", "M2FP's pictures as ModelScope scales them"),
    "threadpoolctl": ("threadpoolctl", "M2FP's threads"),
    "modelscope-hub": ("modelscope_hub", "M2FP's download"),
}


class PackageMissing(MirrorError):
    """Something that a command is made with cannot be imported."""


def package_of(module: str) -> str:
    """Return the name by which a module, or a part of one, is installed."""
    top = module.partition(".")[0]
    modules = {**REQUIRED, **{name: module for name, (module, _) in OPTIONAL.items()}}
    return next((name for name, module in modules.items() if module == top), top)


def missing(what: str, error: ImportError) -> PackageMissing:
    """Return what to say of an import that failed: what for, and what to do."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = package_of(error.name)
        return PackageMissing(
            "package.missing",
            "{what} needs {package}, which is not installed: pip install {package}. mirror doctor "
            "says what else is missing",
            what=what,
            package=package,
        )
    return PackageMissing(
        "package.not_loaded",
        "{what} cannot be loaded: {reason}. See mirror doctor",
        what=what,
        reason=shown(error),
    )


def is_of_ours(error: ModuleNotFoundError) -> bool:
    """Say whether what is not there is one of the packages that the product is made with."""
    return package_of(error.name or "") in {*REQUIRED, *OPTIONAL}
