"""The API gateway: ids in the path, credentials in a header, HTTP statuses that tell failures apart.

A refusal of the gateway carries its code in headers too; one of the system behind it is HTTP 200 without them.
"""

from __future__ import annotations

from typing import Any

import orjson

from taskmock.mockserver.api.bk_sops.errors import Refusal, RefusedError
from taskmock.mockserver.api.bk_sops.gateways.gateway import Gateway
from taskmock.mockserver.api.bk_sops.request import Fields
from taskmock.schemas import load_gateways

REQUEST_ID, ERROR_CODE, ERROR_MESSAGE, *LIMITS = load_gateways()["apigw"]["headers"]


class ApiGateway(Gateway):
    """A gateway that names the request, and its own errors, in headers."""

    __slots__ = ()

    def succeed(self, data: bytes, _request_id: str, message: str | None) -> bytes:
        """The envelope of a good answer around its `data`, as the system behind says it."""
        said = {} if message is None else {"message": message}
        return orjson.dumps({"result": True, "data": orjson.Fragment(data), "code": 0, **said})

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

    def refused(self, refusal: Refusal, **values: object) -> RefusedError:
        """A refusal in the gateway's words; one by a limit of calls tells in headers in how many seconds it ends."""
        refused = super().refused(refusal, **values)
        if refusal is Refusal.RATE_LIMITED:
            limit, reset = (str(values.get(name, 0)) for name in ("limit", "reset"))
            refused.headers = tuple(zip(LIMITS, (limit, "0", reset, "bk-stage-rate-limit"), strict=True))
        return refused

    def headers(self, request_id: str, refused: RefusedError | None = None) -> Fields:
        """The headers of every answer of the gateway, and of a refusal."""
        named = (*super().headers(request_id), (REQUEST_ID, request_id))
        if refused is None or not refused.by_gateway:
            return named
        line = " ".join(refused.message.splitlines())
        # Header text is Latin-1; what the gateway puts into it is UTF-8.
        text = line.encode("utf-8", "replace").decode("latin-1")
        return (*named, *refused.headers, (ERROR_CODE, str(refused.code)), (ERROR_MESSAGE, text))


APIGW = ApiGateway.load("apigw")
"""The API gateway, for every stage."""
