"""Is the server there, can it answer, and what has it done? For supervisors and Prometheus."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import Response

from web import problems, reference, schemas
from web.state import Services, services

router = APIRouter(tags=["Health"])
Here = Annotated[Services, Depends(services)]


@router.get("/healthz", responses=reference.answers(), summary="Is the server there?")
def healthz() -> schemas.Health:
    """Answer without touching the engine."""
    return schemas.Health(status="ok")


@router.get(
    "/readyz",
    response_model=schemas.Health,
    responses=reference.answers(503),
    summary="Can it answer questions?",
)
def readyz(request: Request, here: Here) -> Any:
    """Answer 200 when questions can be answered, 503 with what stands in the way otherwise."""
    found = here.engine.problems()
    if not found:
        return schemas.Health(status="ready")
    return problems.respond(request, problems.problem(503, " ".join(found), "not-ready", problems=found))


@router.get(
    "/metrics",
    response_class=Response,
    responses=reference.answers() | reference.download("text/plain"),
    summary="Counts and times for Prometheus",
)
def metrics(here: Here) -> Response:
    """Return the meters in Prometheus' text format."""
    return Response(generate_latest(here.meters.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
