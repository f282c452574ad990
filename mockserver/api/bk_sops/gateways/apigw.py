"""The API gateway: ids in the path, credentials in a header, HTTP statuses that tell failures apart.

A refusal of the gateway carries its code in headers too; one of the system behind it is HTTP 200 without them.
"""

from __future__ import annotations

from typing import Any

import orjson

from taskmock.mockserver.api.bk_sops.errors import RefusedError
from taskmock.mockserver.api.bk_sops.gateways.gateway import Gateway
from taskmock.mockserver.api.bk_sops.request import Fields
from taskmock.schemas import load_gateways

REQUEST_ID, ERROR_CODE, ERROR_MESSAGE, *LIMITS = load_gateways()["apigw"]["headers"]


class ApiGateway(Gateway):
    """A gateway that names the request, and its own errors, in headers."""

    __slots__ = ()

    def succeed(self, data: bytes, _request_id: str, message: str) -> bytes:
        """The envelope of a good answer around its `data`."""
        return orjson.dumps({"result": True, "data": orjson.Fragment(data), "code": 0, "message": message})

    def _envelope(self, refused: RefusedError, _request_id: str) -> dict[str, Any]:
        if not refused.by_gateway:
            return {"result": False, "message": refused.message, "code": refused.code}
        return {
            "code_name": refused.name,
            "code": refused.code,
            "message": refused.message,
            "data": None,
            "result": False,
        }

    def _request_headers(self, request_id: str) -> Fields:
        return ((REQUEST_ID, request_id),)

    def _error_headers(self, refused: RefusedError) -> Fields:
        if not refused.by_gateway:
            return ()
        line = " ".join(refused.message.splitlines())
        # Header text is Latin-1; what the gateway puts into it is UTF-8.
        return (ERROR_CODE, str(refused.code)), (ERROR_MESSAGE, line.encode("utf-8", "replace").decode("latin-1"))

    def _limit_headers(self, limit: int, reset: int) -> Fields:
        return tuple(zip(LIMITS, (str(limit), "0", str(reset), "bk-stage-rate-limit"), strict=True))


APIGW = ApiGateway.load("apigw")
"""The API gateway, for every stage."""
