"""The contract as TypeScript types: requests and answers of every call, in one edition or in each of all."""

from __future__ import annotations

import importlib.metadata
import json
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from taskmock.contracts.export.components import pascal
from taskmock.contracts.export.script import Script, block, union
from taskmock.contracts.export.surface import CREDENTIALS
from taskmock.contracts.validation.form import located
from taskmock.schemas import (
    ALL,
    EDITIONS,
    KNOWN,
    base_of,
    chosen,
    editions_of,
    load_operations,
    load_schema,
    load_states,
    variant_of,
)

_HEAD = """\
// The calls of task statuses of BlueKing Standard OPS, and those around them. Edition: {edition}.
// Written by `taskmock export typescript` (taskmock {version}); made anew, not edited.
"""
_CREDENTIALS = """\
/** Who calls: beside the parameters at the ESB, in the header X-Bkapi-Authorization at the API gateway. */
export type Credentials = { bk_app_code: string; bk_app_secret: string } & (
  | { bk_token: string }
  | { bk_username: string }
);
"""
_CALL = "urn:taskmock:call#/$defs/field-"
_OWN = ("count", "task_url")
"""What the answers of some calls have beside their data."""

_AROUND = ("code", "code_name", "request_id", "trace_id")
"""What every answer may have around its data."""


def typescript_module(edition: str = "v2") -> str:
    """The text of a TypeScript module with the types of an edition or a variant; `all`: of each edition, in namespaces.

    Raises: ValueError for an edition that there is not, with those there are.
    """
    chosen("edition", edition, (*KNOWN, ALL))
    parts = [_HEAD.format(edition=edition, version=importlib.metadata.version("taskmock")), *_envelopes()]
    parts += _parts(edition) if edition != ALL else (_namespace(known, [*_parts(known)]) for known in EDITIONS)
    return "\n".join(parts)


def _envelopes() -> Iterator[str]:
    """Who calls; what all answers have in common, and what those that are refused have."""
    script = Script()
    yield _CREDENTIALS
    around = [line for name in _AROUND for line in _field(script, f"{_CALL}{name}", name)]
    yield block("What every answer may have around its data.", "interface Envelope", around)
    refused = ["  result: false;", "  message: string;", '  data?: null | "" | Record<string, never>;']
    refused += _field(script, f"{_CALL}permission", "permission")
    comment = "An answer to a call that was refused; `result` tells it from a good one."
    yield block(comment, "interface Failure extends Envelope", refused)


def _field(script: Script, uri: str, name: str) -> Iterator[str]:
    """A field that may be missing, with what it means."""
    _, field = located(uri)
    yield f"  /** {field['description']} */"
    yield f"  {name}?: {script.type_at(uri)};"


def _namespace(edition: str, parts: Sequence[str]) -> str:
    lines = textwrap.indent("\n".join(parts), "  ").splitlines()
    return block(f"Edition {edition}.", f"namespace {pascal(edition)}", lines)


def _parts(edition: str) -> Iterator[str]:
    """The declarations of one edition: states, parts of answers, requests, answers, and the map of all calls."""
    script = Script()
    calls = [name for name in load_operations() if base_of(edition) in editions_of(name)]
    answers = [_answer(script, edition, name) for name in calls]
    parameters = [_parameters(script, edition, name) for name in calls]
    yield _states(edition)
    yield from script.declarations()
    yield from parameters
    yield from answers
    yield _operations(calls)


def _states(edition: str) -> str:
    """The union of all states that an edition has; and names that others have, where an edition needs no such types."""
    parts = load_schema(edition, "response")["$defs"]
    variant = variant_of(edition)
    lacking = () if variant is None else variant.states_lacking
    known = (row["state"] for row in load_states() if base_of(edition) in row["levels"])
    names = [state for state in known if state not in lacking]
    lines = [
        "/** Every state that a task or a node may have. */",
        f"export type State = {union(map(json.dumps, names))};",
    ]
    if "field-task-state" not in parts:
        lines += ["", "/** Status of a task: the same as of a node. */", "export type TaskState = NodeState;"]
    if "$ref" in parts["answer"]:
        lines += ["", "/** What get_task_status tells of a task. */", "export type StatusAnswer = StatusTask;"]
    return "\n".join([*lines, ""])


def _parameters(script: Script, edition: str, name: str) -> str:
    """What a call says beside its credentials."""
    schema = load_schema(edition, "request", operation=name)
    said = {field: part for field, part in schema["properties"].items() if field not in CREDENTIALS}
    title, uri = f"{pascal(name)}Parameters", f"{schema['$id']}#"
    return script.interface(title, uri, {**schema, "properties": said}, comment=f"What {name} is asked with.")


def _answer(script: Script, edition: str, name: str) -> str:
    """The answer of a call: a union that `result` tells apart."""
    schema = load_schema(edition, "response", operation=name)
    title, document = pascal(name), schema["$id"]
    envelope = schema["$defs"]["envelope"]
    is_needed = "data" in envelope["then"].get("required", ())
    data, beside = f"{document}#/$defs/answer", f"{document}#/$defs/envelope/properties/"
    lines = [
        "  result: true;",
        f"  data{'' if is_needed else '?'}: {script.type_at(data)};",
        "  message?: string | null;",
        *(line for own in _OWN if own in envelope["properties"] for line in _field(script, f"{beside}{own}", own)),
    ]
    comment = f"An answer of {name} to a call that was not refused."
    success = block(comment, f"interface {title}Success extends Envelope", lines)
    return f"{success}\n/** Any answer of {name}. */\nexport type {title}Response = {title}Success | Failure;\n"


def _operations(calls: Sequence[str]) -> str:
    rows = load_operations()
    lines: list[str] = []
    for name in calls:
        row: dict[str, Any] = rows[name]
        title = pascal(name)
        method = json.dumps(row["method"])
        lines += [
            f"  /** {row['summary']} */",
            f"  {name}: {{ method: {method}; parameters: {title}Parameters; response: {title}Response }};",
        ]
    comment = "Every call by its name: how it is made, what it is asked with, and what it answers."
    operations = block(comment, "interface Operations", lines)
    return f"{operations}\n/** The name of a call. */\nexport type Operation = keyof Operations;\n"
