"""``vouch serve``: binds the port, makes the engine, runs the server."""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
import threading

import uvicorn

from rag import answer
from rag.engine import Engine
from rag.errors import BadSetting
from rag.settings import Settings
from web.app import create_app
from web.guard import is_wildcard

BACKLOG = 128


def serve(settings: Settings) -> None:
    """Serve the chat page and the API until interrupted.

    Raises:
        BadSetting: the address cannot be bound, or would be open to others without a token.
    """
    check_reach(settings)
    with bind(settings.host, settings.port) as listening:
        # Port 0 asks for any free one, and the guard compares the Host header with the real one.
        settings = settings.model_copy(update={"port": listening.getsockname()[1]})
        engine = Engine(settings)
        # Loading takes seconds: the page is there meanwhile, and /readyz tells what went wrong.
        threading.Thread(target=warm, args=(engine,), name="warm", daemon=True).start()
        app = create_app(engine, settings, answer.stream)
        print(f"Vouch listens on {address(settings)}; Ctrl+C stops it", file=sys.stderr)
        config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=2)
        uvicorn.Server(config).run(sockets=[listening])


def warm(engine: Engine) -> None:
    """Load what the first question and the first page need."""
    if not engine.problems():
        engine.suggestions()


def address(settings: Settings) -> str:
    """Return the address to open in a browser on this machine."""
    host = "localhost" if is_wildcard(settings.host) else settings.host.strip("[]")
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/"


def check_reach(settings: Settings) -> None:
    """Raise BadSetting where others could reach the server and no token keeps them out."""
    if not settings.token and not is_loopback(settings.host):
        raise BadSetting(
            f"host {settings.host} can be reached from other machines; set VOUCH_TOKEN to a long secret first, "
            "or leave the host at 127.0.0.1"
        )


def is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches ``host``."""
    if is_wildcard(host):
        return False
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        BadSetting: the port is taken, needs other rights, or the address is not of this machine.
    """
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise BadSetting(_refusal(error, host, port)) from None
    return listening


def _refusal(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use; stop what uses it, or choose another with --port"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} may not be used without more rights; choose one above 1023 with --port"
    return f"the server cannot listen on {host}, port {port}: {error.strerror or error}"
