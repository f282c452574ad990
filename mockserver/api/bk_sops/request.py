"""What a request to the API has in it: its operation, credentials, parameters and ids."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException

from taskmock.mockserver.core.graph import is_node_id
from taskmock.schemas import load_json

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict
    from werkzeug.wrappers import Request

_GATEWAYS = load_json("gateways.json")

Parameters = Mapping[str, Any]
"""The parameters of a call from its path, query, body or header; values as they were decoded."""

Fields = tuple[tuple[str, str], ...]
"""Header lines."""

LONGEST_ID = 128
"""The most characters that an id in a call may have; no real one has more than 32."""

SYSTEM_CHECKED = frozenset({"task_id_list", "name"})
"""Required parameters that gateways let through: the system behind them checks them."""

STRUCTURED = frozenset(
    {
        *("task_id_list", "constants", "exclude_task_nodes_id", "execute_task_nodes_id", "template_schemes_id"),
        *("simplify_vars", "pipeline_tree", "data", "inputs", "flow_ids", "callback_data", "subprocess_stack"),
    }
)
"""Parameters that may be objects or lists, which a form carries as JSON text."""

CREDENTIALS = tuple(_GATEWAYS["credentials"])
"""The parameters that say who calls."""

AUTHORIZATION: str = _GATEWAYS["authorization"]["header"]
"""The header that has them as JSON."""


class Place(enum.StrEnum):
    """Where a parameter of a call may stand."""

    QUERY = "query"
    BODY = "body"
    HEADER = "header"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request as a gateway reads it: `query` and `form` decoded, `body` its raw bytes, `authorization` the header.

    `in_path` are the parameters that stood in the path.
    """

    method: str
    query: Mapping[str, str]
    body: bytes
    form: Mapping[str, str]
    authorization: str | None
    in_path: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call of the API: its method, its path behind the API gateway's stage, and its parameters.

    `required` are the parameters without which it is refused, in the order in which they are missed.
    """

    name: str
    method: str
    route: str
    required: tuple[str, ...]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Operation:
        """The operation of a row of the schemas' table."""
        return cls(name=row["name"], method=row["method"], route=row["route"], required=tuple(row["required"]))


def decoded_json(text: str | bytes) -> Any:  # noqa: ANN401  # decoded JSON
    """Decoded JSON; ValueError also for NaN, which is no JSON, and for too many levels."""
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def text_in(value: object) -> str | None:
    """A value as text without blanks around it; None where it is neither text nor a whole number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip()


def plain_number(text: str) -> str:
    """A number without leading zeros: `007` and `7` are one task; a node's id may be all digits."""
    is_number = text.isascii() and text.isdigit() and not is_node_id(text)
    return text.lstrip("0") or "0" if is_number else text


def text_of(parameters: Parameters, name: str) -> str:
    """A parameter as text; "" where it is missing or no text."""
    return text_in(parameters.get(name)) or ""


def received(request: Request, in_path: Mapping[str, str]) -> Received:
    """A request with the parameters in its path, read once."""
    body = request.get_data(cache=True)
    try:
        form = _last_values(request.form)
    except HTTPException:
        form = {}
    authorization = request.headers.get(AUTHORIZATION)
    if authorization is not None:
        # Header text is Latin-1; what clients put into it is UTF-8.
        authorization = authorization.encode("latin-1").decode("utf-8", "replace")
    return Received(
        method="GET" if request.method == "HEAD" else request.method,
        in_path=in_path,
        query=_last_values(request.args),
        body=body,
        form=form,
        authorization=authorization,
    )


def _last_values(fields: MultiDict[str, str]) -> dict[str, str]:
    """Each field's last value: what the real gateway takes where a client repeats one."""
    return {name: values[-1] for name, values in fields.lists()}
