"""The gateways of the ESB, whose paths the document describes: HTTP 200 and an envelope, also for failures.

`esb-legacy` is the older one: it takes GET where the call is a GET, and has one code for all that the system behind it
refuses.
"""

from __future__ import annotations

from typing import Any

import orjson

from taskmock.mockserver.api.bk_sops.errors import RefusedError
from taskmock.mockserver.api.bk_sops.gateways.gateway import Gateway


class EsbGateway(Gateway):
    """A gateway that names the request in every envelope."""

    __slots__ = ()

    def succeed(self, data: bytes, request_id: str, message: str | None) -> bytes:
        """The envelope of a good answer around its `data`; it always has a message, which is empty where none is."""
        return orjson.dumps(
            {
                "result": True,
                "data": orjson.Fragment(data),
                "message": message or "",
                "code": 0,
                "request_id": request_id,
            }
        )

    def _envelope(self, refused: RefusedError, request_id: str) -> dict[str, Any]:
        return {
            "result": False,
            "data": None,
            "message": refused.message,
            "code": refused.code,
            "request_id": request_id,
        }


ESB = EsbGateway.load("esb")
"""The gateway of the document, for GET and POST; it keeps the codes of the system behind it."""

ESB_LEGACY = EsbGateway.load("esb-legacy")
"""The same paths on the older ESB."""
