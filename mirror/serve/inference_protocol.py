"""The Open Inference Protocol, version 2, with Triton's extension for binary data.

A request is JSON, optionally followed by tensors as bytes; so is an answer. Pictures come as one
element of type BYTES: a JPEG, PNG or WebP; where they stand in the JSON, as base64.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError

from mirror.serve.problems import Problem

INPUT = "image"
HEADER_LENGTH = "Inference-Header-Content-Length"
_MOST_IN_JSON = 4_000_000  # elements of a tensor; each takes several bytes there, and more to make
_DATATYPES = {"uint8": "UINT8", "uint16": "UINT16"}

Tensor = NDArray[Any] | bytes  # (H, W) ids, or one element of type BYTES
Parameters = Mapping[str, str | float | bool]


class InferenceInput(BaseModel):
    """A tensor that comes: a picture's file."""

    name: str
    shape: Annotated[list[int], Field(max_length=8)]
    datatype: str
    parameters: Parameters = {}
    data: Annotated[list[Any], Field(max_length=1)] | None = None


class InferenceOutput(BaseModel):
    """A tensor that is asked for."""

    name: str
    parameters: Parameters = {}


class InferenceRequest(BaseModel):
    """What is to be parsed, and what is wanted of it."""

    id: Annotated[str, Field(max_length=128)] | None = None
    parameters: Parameters = {}
    inputs: Annotated[list[InferenceInput], Field(min_length=1, max_length=1)]
    outputs: Annotated[list[InferenceOutput], Field(max_length=8)] = []


@dataclass(frozen=True, slots=True)
class Inference:
    """One request.

    Attributes:
        id: what the client calls it.
        picture: a file's bytes.
        outputs: tensor's name -> whether it is wanted as bytes.
    """

    id: str | None
    picture: bytes
    outputs: Mapping[str, bool]


def read_inference(body: bytes, header_length: str | None, known: tuple[str, ...]) -> Inference:
    """Return what a request asks for.

    Args:
        body: all of it.
        header_length: the header of that name: how much of the body is JSON.
        known: the outputs there are; all of them are given where none is named.

    Raises:
        Problem: it is no such request (400), or names something that there is not.
    """
    cut = len(body)
    if header_length is not None:
        if not re.fullmatch("[0-9]{1,12}", header_length) or int(header_length) > cut:
            raise _wrong("The length of the inference header is none.")
        cut = int(header_length)
    try:
        request = InferenceRequest.model_validate_json(body[:cut])
    except ValidationError as error:
        places = {".".join(map(str, wrong["loc"])) or "the body" for wrong in error.errors()}
        raise _wrong(f"These are not as they should be: {', '.join(sorted(places))}.") from None
    as_bytes = bool(request.parameters.get("binary_data_output", False))
    outputs = {
        output.name: bool(output.parameters.get("binary_data", as_bytes))
        for output in request.outputs
    } or dict.fromkeys(known, as_bytes)
    for name in outputs:
        if name not in known:
            raise _wrong(f"There is no such output; there are: {', '.join(known)}.")
    return Inference(request.id, _picture(request.inputs[0], body[cut:]), outputs)


def answer_body(
    model: str,
    id: str | None,
    tensors: Mapping[str, Tensor],
    as_bytes: Mapping[str, bool],
) -> tuple[bytes, int | None]:
    """Return an answer's body, and how much of it is JSON where not all of it is.

    Args:
        model: its name.
        id: the request's.
        tensors: by name: unsigned integers, or one element of type BYTES.
        as_bytes: which of them follow the JSON.

    Raises:
        Problem: one is too large for JSON (400).
    """
    outputs, tail = [], b""
    for name, tensor in tensors.items():
        described, data = _described(name, tensor)
        if as_bytes[name]:
            described["parameters"] = {"binary_data_size": len(data)}
            tail += data
        else:
            described["data"] = _listed(name, tensor)
        outputs.append(described)
    said: dict[str, Any] = {"model_name": model, "model_version": "1", "outputs": outputs}
    if id is not None:
        said["id"] = id
    head = json.dumps(said, separators=(",", ":")).encode()
    return head + tail, len(head) if any(as_bytes.values()) else None


def _picture(given: InferenceInput, tail: bytes) -> bytes:
    if given.name != INPUT or given.datatype != "BYTES" or any(side != 1 for side in given.shape):
        raise _wrong(f"The input is called {INPUT}, of type BYTES, and has one element.")
    size = given.parameters.get("binary_data_size")
    if size is None:
        return _of_text(given.data)
    if size != len(tail) or len(tail) < 4 or struct.unpack("<I", tail[:4])[0] != len(tail) - 4:
        raise _wrong("The binary data are not one element of type BYTES.")
    return tail[4:]


def _of_text(data: list[Any] | None) -> bytes:
    while isinstance(data, list) and len(data) == 1 and isinstance(data[0], list):
        data = data[0]
    if not data or not isinstance(data[0], str):
        raise _wrong("The input has no data.")
    try:
        return base64.b64decode(data[0], validate=True)
    except (binascii.Error, ValueError):
        raise _wrong("A picture within JSON is written as base64.") from None


def _described(name: str, tensor: Tensor) -> tuple[dict[str, Any], bytes]:
    """A tensor's name, type and shape; and what it is as bytes."""
    if isinstance(tensor, bytes):
        data = struct.pack("<I", len(tensor)) + tensor
        return {"name": name, "datatype": "BYTES", "shape": [1]}, data
    data = np.ascontiguousarray(tensor, tensor.dtype.newbyteorder("<")).tobytes()
    datatype, shape = _DATATYPES[tensor.dtype.name], [1, *tensor.shape]
    return {"name": name, "datatype": datatype, "shape": shape}, data


def _listed(name: str, tensor: Tensor) -> list[Any]:
    if isinstance(tensor, bytes):
        return [tensor.decode()]
    if tensor.size > _MOST_IN_JSON:
        raise _wrong(f"{name} is too large for JSON; ask for binary_data.")
    values: list[int] = tensor.ravel().tolist()
    return values


def _wrong(detail: str) -> Problem:
    return Problem(400, "inference.invalid", detail)
