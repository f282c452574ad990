"""Kinds of mutation that break the shape of an answer: fields, types, forms, values, states, the envelope, the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from taskmock.contracts.selftest.mutation import Mutant, Mutation, Specimen, is_below, is_full, pointer
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

OWN_FORMS: dict[str, dict[str, list[str]]] = {
    "version": {
        "doc-2019": ["v" + "0" * 32, "0" * 31, "A" * 32],
        "v1": ["v" + "0" * 32, "0" * 31, "A" * 32],
        "v2": ["", "0" * 32, "v" + "0" * 31, "v" + "A" * 32, "v" + "0" * 32 + "\n"],
    },
    "absent-time": {"v1": [""], "v2": [""]},
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


def dropped(field: str) -> Mutation:
    """A field is missing."""

    def mutate(specimen: Specimen) -> Mutant | None:
        node = specimen.pick(lambda node: field in node.value and (field != "children" or is_full(node)))
        if node is None:
            return None
        del node.value[field]
        return specimen.found("field.missing", node, field)

    return Mutation(f"drop-{field}", mutate)


def retyped(field: str) -> Mutation:
    """A field has a value of a wrong type."""

    def mutate(specimen: Specimen) -> Mutant | None:
        node = specimen.pick(lambda node: field in node.value)
        if node is None:
            return None
        node.value[field] = specimen.draw.choice(WRONG_TYPES[field])
        return specimen.found("field.type", node, field)

    return Mutation(f"retype-{field}", mutate)


def misspelt(field: str) -> Mutation:
    """A field goes by another name."""

    def mutate(specimen: Specimen) -> Mutant | None:
        node = specimen.pick(lambda node: field in node.value)
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

    return Mutation(f"misspell-{field}", mutate)


def valued(name: str, code: str, wanted: Callable[[Place], object], field: str, values: list[Any]) -> Mutation:
    """A field of a wanted node has one of the wrong values."""

    def mutate(specimen: Specimen) -> Mutant | None:
        node = specimen.pick(lambda node: field in node.value and wanted(node))
        if node is None:
            return None
        node.value[field] = specimen.draw.choice(values)
        return specimen.found(code, node, field)

    return Mutation(name, mutate)


def formed(name: str, wanted: Callable[[Place], object], field: str, forms: str) -> Mutation:
    """A field has a form that only its own edition refuses."""

    def mutate(specimen: Specimen) -> Mutant | None:
        values = OWN_FORMS[forms].get(specimen.edition)
        node = specimen.pick(lambda node: node.value.get(field, 0) != 0 and wanted(node))
        if node is None or values is None:
            return None
        node.value[field] = specimen.draw.choice(values)
        return specimen.found("field.pattern", node, field)

    return Mutation(name, mutate)


def stated(name: str, code: str, states: dict[str, list[str]], wanted: Callable[[Place], object] = is_full) -> Mutation:
    """A node is in a state that its edition, or its place, does not know."""

    def mutate(specimen: Specimen) -> Mutant | None:
        node = specimen.pick(wanted)
        if node is None or specimen.edition not in states:
            return None
        node.value["state"] = specimen.draw.choice(states[specimen.edition])
        return specimen.found(code, node, "state")

    return Mutation(name, mutate)


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
    if specimen.edition == "doc-2019" or not is_full(specimen.top):
        return None
    specimen.data["state"] = "CREATED"
    expected = tuple(("field.misplaced", f"/data/{field}") for field in ("id", "loop", "version"))
    return Mutant(specimen.body, expected)


def created_with(field: str, code: str, value: object) -> Mutation:
    """A CREATED body of the engines with another value than its constant."""

    def mutate(specimen: Specimen) -> Mutant | None:
        if specimen.state != "CREATED" or specimen.edition == "doc-2019":
            return None
        specimen.data[field] = value
        return specimen.found(code, specimen.top, field)

    return Mutation(f"created-with-{field}", mutate)


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
UNKNOWN_STATES = dict.fromkeys(FOREIGN_STATES, INVENTED_STATES)
TASK_STATES = {edition: ["CREATED", "EXPIRED"] for edition in ("v1", "v2")}


def has_form(node: Place) -> bool:
    """Whether a node below the task has a version of its own."""
    return is_below(node) and is_full(node)


MUTATIONS = (
    *(dropped(field) for field in FIELDS),
    *(retyped(field) for field in FIELDS),
    *(misspelt(field) for field in FIELDS),
    valued("malform-id", "field.pattern", is_full, "id", WRONG_IDS),
    valued("malform-parent_id", "field.pattern", is_full, "parent_id", WRONG_IDS),
    valued("malform-root_id:", "field.pattern", is_full, "root_id:", WRONG_IDS),
    valued("malform-start_time", "field.pattern", is_full, "start_time", WRONG_TIMES),
    valued("malform-finish_time", "field.pattern", is_full, "finish_time", WRONG_TIMES),
    valued("malform-state_refresh_at", "field.pattern", is_full, "state_refresh_at", WRONG_REFRESHES),
    formed("malform-version", has_form, "version", "version"),
    formed("empty-start_time", is_full, "start_time", "absent-time"),
    formed("empty-finish_time", is_full, "finish_time", "absent-time"),
    valued("negative-retry", "field.range", is_full, "retry", [-1, -(10**30)]),
    valued("float-retry", "field.type", is_full, "retry", [0.0, 1.0]),
    valued("float-elapsed_time", "field.type", is_full, "elapsed_time", [0.0, 3.0]),
    valued("zero-loop", "field.range", is_full, "loop", [0, -1]),
    stated("invent-state", "state.unknown", UNKNOWN_STATES, lambda _: True),
    stated("foreign-state", "state.unknown", FOREIGN_STATES),
    stated("task-state-below", "state.misplaced", TASK_STATES, is_below),
    Mutation("add-field", undocumented),
    Mutation("child-is-no-object", child_is_no_object),
    Mutation("created-copied-from-the-sample", created_copied_from_the_sample),
    created_with("retry", "field.value", 1),
    created_with("skip", "field.type", value=False),
    created_with("elapsed_time", "field.value", 3),
    created_with("start_time", "field.type", "2026-03-02 10:00:00 +0800"),
    created_with("finish_time", "field.type", ""),
    created_with("children", "field.value", {"n" + "0" * 31: {}}),
    created_with("id", "field.misplaced", "n" + "0" * 31),
    Mutation("expired-with-more", expired_with_more),
)
