"""VMC protocol messages, version 3.1, as OSC bundles: https://protocol.vmc.info/marionette-spec."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mirror.core.errors import MirrorError
from mirror.outputs.vmc.rotations import IDENTITY, Array
from mirror.outputs.vmc.skeleton import BONES

Argument = str | int | float
Message = tuple[str, Sequence[Argument]]

_MOST_BYTES = 1200  # of a packet, so that networks do not split it
_LOADED, _NORMAL = 1, 0  # a model is loaded; the normal mode of calibration


def status_messages(now: float, state: int, is_tracked: bool) -> list[Message]:
    """Return that there is something to come, how far calibration is, and the time in seconds."""
    return [
        ("/VMC/Ext/OK", (_LOADED, state, _NORMAL, int(is_tracked))),
        ("/VMC/Ext/T", (float(now),)),
    ]


def bone_messages(local: Mapping[str, Array], hips_height: float) -> list[Message]:
    """Return the root and every bone: name, position in its parent's coordinates, rotation."""
    found: list[Message] = [("/VMC/Ext/Root/Pos", ("root", *[0.0] * 3, *map(float, IDENTITY)))]
    for bone, (parent, offset) in BONES.items():
        place = offset if parent is not None else (0.0, hips_height, 0.0)
        rotation = local.get(bone, IDENTITY)
        found.append(("/VMC/Ext/Bone/Pos", (bone, *place, *map(float, rotation))))
    return found


def packets_of(messages: Iterable[Message]) -> list[bytes]:
    """Return messages as OSC bundles to be sent at once, each small enough for one datagram.

    Raises:
        MirrorError: python-osc is not installed.
    """
    try:
        from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
        from pythonosc.osc_message_builder import OscMessageBuilder
    except ModuleNotFoundError as error:
        raise MirrorError(
            "vmc.package_missing",
            "sending to avatars needs python-osc, which is not installed: "
            "pip install 'smart-mirror[vmc]'",
        ) from error
    packets: list[bytes] = []
    bundle, size = OscBundleBuilder(IMMEDIATELY), 0
    for address, arguments in messages:
        builder = OscMessageBuilder(address)
        for argument in arguments:
            builder.add_arg(argument, {str: "s", int: "i", float: "f"}[type(argument)])
        message = builder.build()
        if size and size + len(message.dgram) > _MOST_BYTES:
            packets.append(bundle.build().dgram)
            bundle, size = OscBundleBuilder(IMMEDIATELY), 0
        bundle.add_content(message)
        size += len(message.dgram) + 4
    packets.append(bundle.build().dgram)
    return packets
