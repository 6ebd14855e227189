"""Where the server may listen, and what it says when it may not."""

from __future__ import annotations

import errno
import socket

import pytest

from rag.errors import BadSetting
from rag.settings import Settings
from web import server


def test_a_port_in_use_is_named() -> None:
    with server.bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadSetting, match=f"port {port} on 127.0.0.1 is in use.*--port"):
            server.bind("127.0.0.1", port)


def test_a_port_without_permission_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: socket.socket, address: object) -> None:
        raise OSError(errno.EACCES, "denied")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    with pytest.raises(BadSetting, match=r"port 80 on 127\.0\.0\.1 may not be used"):
        server.bind("127.0.0.1", 80)


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(BadSetting, match=r"cannot listen on 192\.0\.2\.1, port 8000"):
        server.bind("192.0.2.1", 8000)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.5", "box.lan", ""])
def test_beyond_this_machine_a_token_is_needed(host: str) -> None:
    with pytest.raises(BadSetting, match="VOUCH_TOKEN"):
        server.check_reach(Settings(host=host))
    server.check_reach(Settings(host=host, token="secret"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost"])
def test_this_machine_needs_none(host: str) -> None:
    server.check_reach(Settings(host=host))


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000/"),
        ("::1", "http://[::1]:8000/"),
        ("0.0.0.0", "http://localhost:8000/"),
    ],
)
def test_the_address_to_open(host: str, shown: str) -> None:
    assert server.address(Settings(host=host)) == shown
