"""The application: every room of ``web`` put together around one engine."""

from __future__ import annotations

from importlib import metadata

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from rag.settings import Settings
from web import ask, chat, conversations, dialect, documents, feedback, guard, health, problems, reference, render
from web.ports import Engine, Stream
from web.state import Services


def create_app(engine: Engine, settings: Settings, stream: Stream) -> FastAPI:
    """Return the application; ``stream`` is ``rag.answer.stream``, or a test's script of it."""
    version = _version()
    # FastAPI's own pages for /docs load scripts from elsewhere, so ours replace them.
    app = FastAPI(
        title="Vouch",
        version=version,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    app.state.services = Services.of(engine, settings, stream)
    for room in (ask, documents, conversations, feedback, dialect, health, chat, reference):
        app.include_router(room.router)
    app.include_router(documents.pages)
    app.include_router(feedback.pages)
    app.mount("/static", StaticFiles(directory=render.HERE / "static"))
    app.add_middleware(guard.Guard, policy=guard.Policy.of(settings))
    problems.install(app)
    reference.install(app, version)
    return app


def _version() -> str:
    try:
        return metadata.version("vouch-rag")
    except metadata.PackageNotFoundError:
        return "unreleased"  # run from a checkout that was not installed
