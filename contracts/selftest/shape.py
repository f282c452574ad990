"""Kinds of mutation that break the shape of an answer: fields, types, forms, values, states, the envelope, the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from taskmock.contracts.api.bk_sops.edition import ENGINES
from taskmock.contracts.selftest.mutation import (
    Change,
    Mutant,
    Mutate,
    OneOf,
    Specimen,
    any_node,
    broken,
    has,
    is_below,
    is_full,
    pointer,
)
from taskmock.contracts.validation.walk import Place

FIELDS = (
    *("id", "state", "name", "retry", "loop", "skip", "version", "children", "start_time", "finish_time"),
    *("elapsed_time", "error_ignorable", "error_ignored", "state_refresh_at", "root_id:", "parent_id"),
)

NOT_TEXT: list[object] = [5, True, [], {}, 1.5]
NOT_WHOLE: list[object] = ["1", True, None, 1.5, []]
NOT_BOOLEAN: list[object] = ["true", None, [], 1.5, "False"]
WRONG_TYPES: dict[str, list[object]] = {
    **{field: [*NOT_TEXT, None] for field in FIELDS},
    **dict.fromkeys(("start_time", "finish_time"), NOT_TEXT),
    **dict.fromkeys(("retry", "loop", "elapsed_time"), NOT_WHOLE),
    **dict.fromkeys(("skip", "error_ignorable", "error_ignored"), NOT_BOOLEAN),
    "children": [[], None, "", 0],
}

VERSIONS_1 = ["v" + "0" * 32, "0" * 31, "A" * 32]
WRONG_VERSIONS = {
    "doc-2019": VERSIONS_1,
    "v1": VERSIONS_1,
    "v2": ["", "0" * 32, "v" + "0" * 31, "v" + "A" * 32, "v" + "0" * 32 + "\n"],
}
WRONG_IDS = ["", "N" + "0" * 31, "n" + "0" * 30, "n" + "0" * 32, "n" + "G" * 31, "n" + "0" * 31 + "\n", "10", " " * 32]
WRONG_TIMES = [
    "2026-03-02T10:00:00+08:00",
    "2026-03-02 10:00:00",
    "2026-03-02 10:00:00.123 +0800",
    "2026-3-2 10:00:00 +0800",
    "2026-03-02 10:00:00 +08:00",
    "2026-03-02 10:00:00 +0800\n",
    "2026-13-02 10:00:00 +0800",
    "２０26-03-02 10:00:00 +0800",
    "-",
]
WRONG_REFRESHES = ["2026-03-02 10:00:00 +0800", "2026-03-02T10:00:00Z", "2026-03-02T10:00:00.000+00:00", ""]


def misspelt(field: str) -> Mutate:
    """A field has another name."""

    def mutate(specimen: Specimen) -> Mutant | None:
        node = specimen.pick(has(field))
        if node is None:
            return None
        cased = field.title().replace("_", "")
        wrong = specimen.draw.choice(
            [field + "s", field.upper(), cased, field[0] + field[2:], field.rstrip(":") + "~/"]
        )
        node.value[wrong] = node.value.pop(field)
        expected = [("field.undocumented", pointer(node, wrong))]
        if field != "children" or is_full(node):
            expected.append(("field.missing", pointer(node, field)))
        return Mutant(specimen.body, tuple(expected))

    return mutate


def drop(field: str) -> Change:
    """Takes a field away."""
    return lambda node: node.value.pop(field)


def undocumented(specimen: Specimen) -> Mutant | None:
    """A field that no document knows."""
    node = specimen.pick(lambda _: True)
    if node is None:
        return None
    name = specimen.draw.choice(["progress", "ID", "", "a/b~c", "状态", "finishTime"])
    node.value[name] = None
    return specimen.found("field.undocumented", node, name)


def child_is_no_object(specimen: Specimen) -> Mutant | None:
    """A child is text, a list, null."""
    node = specimen.pick(is_below)
    if node is None or node.parent is None:
        return None
    node.parent.children[node.key] = specimen.draw.choice(["FINISHED", [], None, 1])
    return Mutant(specimen.body, (("field.type", pointer(node)),))


def created_copied_from_the_sample(specimen: Specimen) -> Mutant | None:
    """A CREATED body with the fields of a task that has started."""
    if specimen.edition not in ENGINES or not is_full(specimen.top):
        return None
    specimen.data["state"] = "CREATED"
    expected = tuple(("field.misplaced", f"/data/{field}") for field in ("id", "loop", "version"))
    return Mutant(specimen.body, expected)


def expired_with_more(specimen: Specimen) -> Mutant | None:
    """An EXPIRED body with more than state and name."""
    if specimen.state != "EXPIRED":
        return None
    field = specimen.draw.choice(["children", "id", "start_time"])
    specimen.data[field] = {}
    return specimen.found("field.misplaced", specimen.top, field)


FOREIGN_STATES = {
    "doc-2019": ["READY", "NODE_SUSPENDED", "BLOCKED", "EXPIRED", "ROLLING_BACK", "LOOP_READY"],
    "v1": ["LOOP_READY", "ROLLING_BACK", "ROLL_BACK_SUCCESS", "ROLL_BACK_FAILED"],
    "v2": ["BLOCKED"],
}
INVENTED_STATES = ["DONE", "finished", "Running", "PENDING_APPROVAL", "", " FINISHED", "SUCCESS", "FAILED\n"]


def has_form(node: Place) -> bool:
    """Whether a node below the task has a version of its own."""
    return is_below(node) and is_full(node)


def is_created(node: Place) -> bool:
    """Whether a node is a task that is CREATED."""
    return node.parent is None and node.value.get("state") == "CREATED"


def valued(code: str, field: str, values: Sequence[object] | Mapping[str, Sequence[object]]) -> Mutate:
    """A field of a full node has a wrong value."""
    return broken(code, has(field, is_full), {field: OneOf(values)})


def created_with(code: str, field: str, value: object) -> Mutate:
    """A CREATED body of the engines has another value than its constant."""
    return broken(code, is_created, {field: value}, only=ENGINES)


WHOLE = {"children": is_full}
"""The fields that only full nodes must have."""

MUTATIONS: dict[str, Mutate] = {
    **{f"drop-{f}": broken("field.missing", has(f, WHOLE.get(f, any_node)), drop(f), f) for f in FIELDS},
    **{f"retype-{f}": broken("field.type", has(f), {f: OneOf(WRONG_TYPES[f])}) for f in FIELDS},
    **{f"misspell-{f}": misspelt(f) for f in FIELDS},
    **{f"malform-{f}": valued("field.pattern", f, WRONG_IDS) for f in ("id", "parent_id", "root_id:")},
    **{f"malform-{f}": valued("field.pattern", f, WRONG_TIMES) for f in ("start_time", "finish_time")},
    "malform-state_refresh_at": valued("field.pattern", "state_refresh_at", WRONG_REFRESHES),
    "malform-version": broken("field.pattern", has("version", has_form), {"version": OneOf(WRONG_VERSIONS)}),
    "empty-start_time": broken("field.pattern", has("start_time", is_full), {"start_time": ""}, only=ENGINES),
    "empty-finish_time": broken("field.pattern", has("finish_time", is_full), {"finish_time": ""}, only=ENGINES),
    "negative-retry": valued("field.range", "retry", [-1, -(10**30)]),
    "float-retry": valued("field.type", "retry", [0.0, 1.0]),
    "float-elapsed_time": valued("field.type", "elapsed_time", [0.0, 3.0]),
    "zero-loop": valued("field.range", "loop", [0, -1]),
    "invent-state": broken("state.unknown", any_node, {"state": OneOf(INVENTED_STATES)}),
    "foreign-state": broken("state.unknown", is_full, {"state": OneOf(FOREIGN_STATES)}),
    "task-state-below": broken("state.misplaced", is_below, {"state": OneOf(["CREATED", "EXPIRED"])}, only=ENGINES),
    "add-field": undocumented,
    "child-is-no-object": child_is_no_object,
    "created-copied-from-the-sample": created_copied_from_the_sample,
    "created-with-retry": created_with("field.value", "retry", 1),
    "created-with-skip": created_with("field.type", "skip", value=False),
    "created-with-elapsed_time": created_with("field.value", "elapsed_time", 3),
    "created-with-start_time": created_with("field.type", "start_time", "2026-03-02 10:00:00 +0800"),
    "created-with-finish_time": created_with("field.type", "finish_time", ""),
    "created-with-children": created_with("field.value", "children", {"n" + "0" * 31: {}}),
    "created-with-id": created_with("field.misplaced", "id", "n" + "0" * 31),
    "expired-with-more": expired_with_more,
}
