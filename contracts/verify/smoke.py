"""What a smoke task is made of: the file that `--drive` names, checked whole before anything is written."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from taskmock.contracts.contract import Contract
from taskmock.contracts.document_file import DocumentFileError, read_document
from taskmock.contracts.verify.credentials import PLACEHOLDERS, VARIABLES
from taskmock.contracts.wording import guess, kind_of
from taskmock.schemas import load_schema

CREATE = "create_task"
START = "start_task"
NAME = "taskmock smoke test"
"""What the task is called where the file does not say."""

ENDS = ("FINISHED", "FAILED", "REVOKED")
"""In which states a smoke task may be meant to end."""

_ELSEWHERE = ("bk_biz_id", *VARIABLES)


class SmokeError(ValueError):
    """A file that describes no task; the text has a line for each mistake."""


@dataclasses.dataclass(frozen=True, slots=True)
class Smoke:
    """A task to be made and started: the parameters of `create_task`, and the states in which it may end."""

    parameters: Mapping[str, Any]
    ends: tuple[str, ...] = ENDS[:1]


def load_smoke(file: str) -> Smoke:
    """The smoke task that a JSON or TOML file describes: `template_id`, and what else `create_task` takes; `ends`.

    Raises: SmokeError with everything that is wrong with it.
    """
    try:
        document = read_document(file)
    except DocumentFileError as error:
        raise SmokeError(str(error)) from None
    mistakes = list(_mistakes(document))
    if mistakes or not isinstance(document, dict):
        raise SmokeError("\n".join(f"{file}: {mistake}" for mistake in mistakes))
    ends = document.pop("ends", ENDS[0])
    return Smoke({"name": NAME, **document}, (ends,) if isinstance(ends, str) else tuple(ends))


def _mistakes(document: object) -> Iterator[str]:
    if not isinstance(document, dict):
        yield f"{kind_of(document)}, not an object with `template_id`"
        return
    known = tuple(
        name for name in load_schema("v2", "request", operation=CREATE)["properties"] if name not in _ELSEWHERE
    )
    for key in document:
        if key == "bk_biz_id":
            yield "`bk_biz_id` stands in the option --bk-biz-id"
        elif key in VARIABLES:
            yield f"`{key}` stands in the environment, or in the file of --credentials"
        elif key != "ends" and key not in known:
            yield f"unknown key {key!r}{guess(key, (*known, 'ends'))} (there are {', '.join((*known, 'ends'))})"
    parameters = {"name": NAME, **{key: value for key, value in document.items() if key in known}}
    asked = {**PLACEHOLDERS.fields, "bk_biz_id": "2", **parameters}
    for violation in Contract("v2", operation=CREATE).check_request(asked).violations:
        yield f"{violation.pointer or 'at the top'}: {violation.message}; expected {violation.expected}"
    yield from _mistakes_in_ends(document.get("ends", ENDS[0]))


def _mistakes_in_ends(ends: object) -> Iterator[str]:
    states = ends if isinstance(ends, list) else [ends]
    if not states:
        yield "`ends` is empty"
    for state in states:
        if not isinstance(state, str) or state not in ENDS:
            yield f"`ends`: {state!r} is none of {', '.join(ENDS)}{guess(str(state), ENDS)}"
