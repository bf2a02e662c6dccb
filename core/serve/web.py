"""A service, or what a window shows, over HTTP by FastAPI (extra `serve`): JSON, files of motion, an OpenAPI description.

Every request but / (a page for people) and /openapi.json of a service needs the header `Authorization: Bearer TOKEN`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import Body, FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.middleware.trustedhost import TrustedHostMiddleware

from motionpatches.core import paths
from motionpatches.core.errors import StudioError
from motionpatches.core.library.captions import CaptionLine
from motionpatches.core.library.edit import LONGEST, MOST_CAPTIONS, Edit
from motionpatches.core.serve.clips import Clips, NotThere, choices_of
from motionpatches.core.serve.service import MOST_HITS, MOST_LETTERS, Service
from motionpatches.core.serve.shown import Shown
from motionpatches.core.version import VERSION

# Most bytes of a file that is sent.
MOST_BYTES = 64 << 20
OPEN_TO_ALL = ("/openapi.json", "/")
START, END = Query(0.0, ge=0, description="start of a range, seconds"), Query(0.0, ge=0, description="its end; 0: to the end")
HANDS = Query(False, description="on another rig hands are where they were in space")
SENT = Body(b"", media_type="application/octet-stream", max_length=MOST_BYTES)
# The page runs its own script and nothing else, and no other page frames it.
PAGE_RULES = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{}'; connect-src 'self'; img-src blob:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class CaptionWanted(BaseModel):
    """A caption of a take, or of a range of it in seconds (end 0: to the end)."""

    text: str = Field(max_length=LONGEST)
    start_s: float = Field(0.0, ge=0, allow_inf_nan=False)
    end_s: float = Field(0.0, ge=0, allow_inf_nan=False)


class EditWanted(BaseModel):
    """What to change of a clip; what is not named stays."""

    model_config = ConfigDict(extra="forbid")
    favourite: bool | None = None
    add_tags: list[str] = Field([], max_length=MOST_CAPTIONS)
    remove_tags: list[str] = Field([], max_length=MOST_CAPTIONS)
    fields: dict[str, str] = Field({}, max_length=100)
    add_captions: list[CaptionWanted] = Field([], max_length=MOST_CAPTIONS)
    remove_captions: list[str] = Field([], max_length=MOST_CAPTIONS)

    def edit(self) -> Edit:
        lines = tuple(CaptionLine(one.text, one.start_s, one.end_s) for one in self.add_captions)
        tags = tuple(self.add_tags), tuple(self.remove_tags)
        return Edit(self.favourite, *tags, self.fields, lines, tuple(self.remove_captions))


def web_app(service: Service, token: str, editable: bool = False) -> FastAPI:
    """Make the application that answers for a service.

    Args:
        service: What is asked.
        token: What requests must bring; never empty.
        editable: Whether requests may write tags, captions and the take sheet.
    """
    app = _guarded(token, OPEN_TO_ALL)
    hits = Query(10, ge=1, le=MOST_HITS, description="number of hits")

    @app.get("/facts", summary="Library, model, and number of clips")
    def facts() -> dict[str, Any]:
        return service.facts()

    @app.get("/search", summary="Clips that answer a query, exact words first")
    def search(text: Annotated[str, Query(max_length=MOST_LETTERS)], k: int = hits) -> dict[str, Any]:
        return _with_pictures(service.search(text, k))

    @app.get("/like", summary="Clips nearest to a clip or a range of it")
    def like(clip: str, k: int = hits, start_s: float = START, end_s: float = END) -> dict[str, Any]:
        return _with_pictures(service.like(clip, k, start_s, end_s))

    @app.post("/similar", summary="Clips nearest to a motion file that is sent")
    def similar(name: str, content: bytes = SENT, k: int = hits) -> dict[str, Any]:
        return _with_pictures(service.similar(name, content, k))

    @app.post("/edit", summary="Tags, favourite, take sheet and captions of a clip, where edits are allowed")
    def edit(clip: str, wanted: EditWanted) -> Any:
        if not editable:
            return JSONResponse({"error": "This service answers only. Start it with --allow-edits to write through it."}, 403)
        return service.edit(clip, wanted.edit())

    _answer_clips(app, lambda: service)
    content, rules = page()

    @app.get("/", include_in_schema=False)
    def shown() -> Response:
        return Response(
            content, media_type="text/html", headers={"Content-Security-Policy": rules, "Referrer-Policy": "no-referrer"}
        )

    return app


def window_app(shown: Callable[[], Shown | None], token: str, host: str) -> FastAPI:
    """Make the application that answers for what a window shows.

    Args:
        shown: Returns it, from any thread; None where nothing is open.
        token: What requests must bring; never empty.
        host: The one host that requests may name.
    """
    app = _guarded(token, ())
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[host])

    def now() -> Shown:
        found = shown()
        if found is None:
            raise StudioError("Nothing is open in the window.")
        return found

    @app.get("/shown", summary="The results that the window shows")
    def results() -> dict[str, Any]:
        return _with_pictures(now().answer())

    _answer_clips(app, now)
    return app


def _guarded(token: str, open_to_all: tuple[str, ...]) -> FastAPI:
    """Make an application without routes; all but some of them need the token."""
    if not token:
        raise ValueError("a service without a token")
    app = FastAPI(title="Motion Patches Studio", version=VERSION, docs_url=None, redoc_url=None)

    @app.middleware("http")
    async def guarded(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.url.path not in open_to_all and not _may(request.headers.get("authorization", ""), token):
            said = {"error": "The token is missing or wrong. Send the header 'Authorization: Bearer TOKEN'."}
            return JSONResponse(said, 401, {"WWW-Authenticate": "Bearer"})
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MOST_BYTES or "transfer-encoding" in request.headers:
            return JSONResponse({"error": f"A file may have {MOST_BYTES >> 20} MB, and its length must be stated."}, 413)
        return await call_next(request)

    @app.exception_handler(StudioError)
    async def refused(_: Request, error: StudioError) -> Response:
        return JSONResponse({"error": str(error)}, 404 if isinstance(error, NotThere) else 400)

    return app


def _answer_clips(app: FastAPI, clips: Callable[[], Clips]) -> None:
    """Add what is asked of single clips."""

    @app.get("/clip", summary="Captions and length of a clip")
    def clip(clip: str) -> dict[str, Any]:
        return clips().clip(clip)

    @app.get("/motion", summary="A clip as a file")
    def motion(
        clip: str,
        format: str = "glb",
        rig: str = "own",
        unit: str = "cm",
        up: str = "Y",
        fps: float | None = None,
        in_place: bool = False,
        rest_first: bool = False,
        hands: bool = HANDS,
        start_s: float = START,
        end_s: float = END,
    ) -> Response:
        choices = choices_of(rig, unit, up, fps, in_place, rest_first, hands)
        return _file(*clips().motion(clip, format, choices, start_s, end_s))

    @app.post("/motion", summary="A clip on the rig of a BVH file that is sent, as a file")
    def motion_on(
        clip: str,
        content: bytes = SENT,
        format: str = "bvh",
        unit: str = "cm",
        up: str = "Y",
        fps: float | None = None,
        in_place: bool = False,
        hands: bool = HANDS,
        start_s: float = START,
        end_s: float = END,
    ) -> Response:
        if not content:
            raise StudioError("Send the rig as a BVH file.")
        choices = choices_of("own", unit, up, fps, in_place, False, hands)
        return _file(*clips().motion(clip, format, choices, start_s, end_s, content))

    @app.get("/picture", summary="A small picture of a clip: PNG, or GIF where it is moving")
    def picture(clip: str, start_s: float = START, end_s: float = END, moving: bool = False) -> Response:
        content = clips().picture(clip, start_s, end_s, moving)
        return Response(
            content, media_type="image/gif" if moving else "image/png", headers={"Cache-Control": "private, max-age=600"}
        )


def _file(name: str, content: bytes) -> Response:
    named = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type="application/octet-stream", headers=named)


def page() -> tuple[str, str]:
    """Return the page for people who install nothing, and what it may do: its one script is recognised by its digest."""
    content = (paths.assets() / "serve.html").read_text(encoding="utf-8")
    script = content.split("<script>")[1].split("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return content, PAGE_RULES.format(digest)


def _with_pictures(answer: dict[str, Any]) -> dict[str, Any]:
    """The hits with the address of the small picture of each, on this server."""
    for hit in answer["hits"]:
        asked = {"clip": hit["id"], "start_s": hit["start_s"], "end_s": hit["end_s"]}
        hit["picture"] = f"/picture?{urlencode(asked)}"
    return answer


def _may(header: str, token: str) -> bool:
    kind, _, sent = header.partition(" ")
    return kind.lower() == "bearer" and hmac.compare_digest(sent.encode(), token.encode())
