"""What our own routes share: bodies with a limit, and errors as sentences. Who may ask at all: `hosts`."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from embeddings.errors import UserError
from viz.strings import readable, text

log = logging.getLogger(__name__)
MAX_BODY = 256 * 1024
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
NEVER = {"Cache-Control": "no-store"}
Handler = Callable[[Request], Awaitable[Response]]


class Refused(Exception):
    """An answer that is no success: status and sentence."""

    def __init__(self, status: int, sentence: str = "") -> None:
        super().__init__(sentence)
        self.status = status


async def body_of(request: Request, most: int = MAX_BODY) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > most:
            raise Refused(413, text("errors.large", kilobytes=most // 1024))
    return bytes(data)


async def object_of(request: Request) -> dict[str, Any]:
    try:
        found = json.loads(await body_of(request))
        readable(json.dumps(found, ensure_ascii=False))
    except UserError:
        raise
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Refused(400, text("errors.json"))
    return found


def guarded(handler: Handler) -> Handler:
    """Errors as sentences."""

    async def answered(request: Request) -> Response:
        try:
            return await handler(request)
        except Refused as error:
            return JSONResponse({"error": str(error)}, status_code=error.status, headers=NEVER)
        except UserError as error:
            return JSONResponse({"error": str(error)}, status_code=400, headers=NEVER)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception:
            log.exception("%s failed", request.url.path)
            return JSONResponse({"error": text("errors.server")}, status_code=500, headers=NEVER)

    return answered
