"""A session's people move an avatar, and nothing else ends where that cannot be."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest
from avatars import address_of, listening, result_at

pytest.importorskip("pythonosc", reason="needs pip install smart-mirror[vmc]")

from mirror.live.session.avatar_link import AvatarLink, AvatarTarget
from pipeline.errors import PipelineError


@pytest.fixture
def port() -> Iterator[socket.socket]:
    with listening() as found:
        yield found


def target_at(port: socket.socket) -> AvatarTarget:
    return AvatarTarget(address_of(port))


def state_of(link: AvatarLink) -> str:
    return link.state


def test_an_avatar_is_moved_from_when_it_is_asked_for_until_it_is_not(port: socket.socket) -> None:
    with contextlib.closing(AvatarLink()) as link:
        link.consume(result_at(0.0))
        assert state_of(link) == "off"
        link.move(target_at(port))
        assert state_of(link) == "begins"
        for frame in range(10):
            link.consume(result_at(0.1 * frame))
        assert b"/VMC/Ext/OK" in port.recv(4096)
        assert state_of(link) == "moves"
        link.move(None)
        link.consume(result_at(2.0))
        assert (state_of(link), link.failure) == ("off", None)


def test_another_avatar_takes_over(port: socket.socket) -> None:
    with contextlib.closing(AvatarLink(target_at(port))) as link:
        link.consume(result_at(0.0))
        assert port.recv(4096)
        with listening() as other:
            link.move(target_at(other))
            link.consume(result_at(0.1))
            assert other.recv(4096)
        assert link.target != target_at(port)


def test_it_is_said_that_nobody_listens_and_that_somebody_does_again(port: socket.socket) -> None:
    target = target_at(port)
    port.close()
    with contextlib.closing(AvatarLink(target)) as link:
        for frame in range(4):
            link.consume(result_at(0.1 * frame))
        assert state_of(link) == "unheard"
        with listening(int(target.address.rpartition(":")[2])):
            for frame in range(4, 20):
                link.consume(result_at(0.1 * frame))
            assert state_of(link) == "moves"


def test_a_t_pose_is_waited_for(port: socket.socket) -> None:
    target = AvatarTarget(target_at(port).address, "t-pose")
    with contextlib.closing(AvatarLink(target)) as link:
        for frame in range(10):
            link.consume(result_at(0.1 * frame))
        assert state_of(link) == "awaits-pose"


@pytest.mark.parametrize("address", ["no address", "127.0.0.1:0", "nobody.invalid"])
def test_what_is_no_avatar_is_told_once_and_results_go_on(address: str) -> None:
    with contextlib.closing(AvatarLink(AvatarTarget(address))) as link:
        link.consume(result_at(0.0))
        assert isinstance(link.failure, PipelineError)
        failure = link.failure
        link.consume(result_at(0.1))
        assert (state_of(link), link.failure) == ("off", failure)
        link.move(None)
        assert link.failure is None
