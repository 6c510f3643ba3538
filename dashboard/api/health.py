"""Is the server alive, is the record writable, and the numbers a monitoring system reads."""

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from dashboard.api import answers
from dashboard.services import Services
from session_store.errors import SessionStoreError


def health_router(services: Services) -> APIRouter:
    """Routes for machines that watch the server."""
    router = APIRouter(tags=["health"])
    registry = CollectorRegistry()
    changes = Gauge("infusion_change_number", "Number of the last change of the record", registry=registry)
    viewers = Gauge("infusion_viewers", "Open live streams", registry=registry)
    failing = Gauge("infusion_notifier_failing", "1 while the notifier's last run failed", registry=registry)
    runs = Gauge("infusion_notifier_runs", "The notifier's runs since the start", ["outcome"], registry=registry)

    @router.get("/healthz", responses=answers.ok(answers.Health))
    async def healthz() -> JSONResponse:
        """Whether the server is alive."""
        return JSONResponse({"status": "ok"})

    @router.get("/readyz", responses=answers.ok(answers.Health) | {503: {"model": answers.Health}})
    async def readyz() -> JSONResponse:
        """Whether the record can be read; and of the notifier "none", "ok" or "failing", which stops nothing else."""
        try:
            number = await run_in_threadpool(services.reader.change_number)
        except SessionStoreError:
            return JSONResponse({"status": "the record cannot be read"}, 503)
        return JSONResponse({"status": "ok", "change_number": number, "notifier": _notifier_word(services)})

    @router.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        changes.set(await run_in_threadpool(services.reader.change_number))
        viewers.set(services.hub.viewer_count)
        if services.notifier is not None:
            failing.set(services.notifier.is_failing)
            for outcome, count in services.notifier.counts.items():
                runs.labels(outcome).set(count)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _notifier_word(services: Services) -> str:
    if services.notifier is None:
        return "none"
    return "failing" if services.notifier.is_failing else "ok"
