"""Values as plain JSON: every field of what is remembered has a form, and comes back as it was."""

import dataclasses
import enum
import json
import types
import typing
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.properties import examples
from support.scenario_strategies import data, scenarios
from taskmock.mockserver.core.scenario import PinnedScenario, Scenario
from taskmock.mockserver.core.task_time import ClockMode, TaskTime
from taskmock.mockserver.playback.record import NO_PLAN, Record, RecordKey, SessionPlan
from taskmock.mockserver.sessions.keeping.codec import Codec, UnreadableError, UnwritableError
from taskmock.mockserver.sessions.keeping.pieces import Pieces

texts = st.text(st.characters(), max_size=5)  # half characters too, as JSON can escape them
PLAIN = {
    str: texts,
    int: st.integers(),
    bool: st.booleans(),
    float: st.floats(allow_nan=False) | st.integers(0, 2),
    type(None): st.none(),
    object: data,
    Scenario: scenarios(),
    PinnedScenario: st.builds(PinnedScenario, scenario=scenarios(), edit=st.just(0)),
}


def values(kind: typing.Any) -> st.SearchStrategy[typing.Any]:
    """Any values of a type, by the types of its fields: a new field is drawn as well."""
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if origin in {typing.Union, types.UnionType}:
        return st.one_of(*map(values, parts))
    if origin is tuple:
        return st.lists(values(parts[0]), max_size=2).map(tuple)
    if origin is Mapping or origin is typing.get_origin(Mapping[str, str]):
        return st.dictionaries(values(parts[0]), values(parts[1]), max_size=2)
    if issubclass(kind, enum.Enum):
        return st.sampled_from(kind)
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else kind._fields
    return st.builds(kind, **{name: values(hints[name]) for name in names})


class Shelf:
    """A catalog that has nothing any more."""

    def __contains__(self, name: str) -> bool:
        return False

    def edit_of(self, name: str) -> int:
        return 0


@examples(40)
@given(values(SessionPlan), st.lists(values(Record), max_size=2, unique_by=lambda record: record.key[1:]))
def test_plan_and_records_come_back_as_they_were(plan, records):
    writing = Pieces(Shelf(), {})
    parts = [*writing.plan(NO_PLAN, plan), *(writing.record(record.key, record) for record in records)]

    restored = Pieces(Shelf(), writing.unwritten).restored(parts)

    pinned = {task: pins for task, pins in plan.held.items() if pins}
    assert restored.plan == dataclasses.replace(plan, held=pinned)
    assert list(restored.plan.created) == list(plan.created)
    assert repr(restored.plan.created) == repr(plan.created)  # 1 is not 1.0 in an answer
    assert (repr(restored.plan.speed), repr(restored.plan.faults)) == (repr(plan.speed), repr(plan.faults))
    assert repr(list(restored.records.values())) == repr(records)
    assert restored.problems == ()
    assert all(part.key.isascii() and part.body.isascii() for part in parts)


@examples(25)
@given(values(SessionPlan), values(SessionPlan))
def test_what_differs_between_two_plans_makes_one_of_the_other(before, after):
    writing, rows = Pieces(Shelf(), {}), {}

    for old, new in ((NO_PLAN, before), (before, after)):
        for kind, key, body in writing.plan(old, new):
            rows.pop((kind, key), None) if body is None else rows.update({(kind, key): body})
    restored = Pieces(Shelf(), writing.unwritten).restored([(*key, body) for key, body in rows.items()])

    assert restored.plan.tasks == after.tasks
    assert list(restored.plan.created.items()) == list(after.created.items())
    assert (restored.plan.mode, restored.plan.numbered) == (after.mode, after.numbered)


def test_one_task_more_is_one_part_more():
    before = SessionPlan(tasks={str(number): "steps" for number in range(1000)})

    parts = list(Pieces(Shelf(), {}).plan(before, dataclasses.replace(before, tasks={**before.tasks, "new": "steps"})))

    assert parts == [("tasks", '"new"', '"steps"')]


def test_scenario_that_many_tasks_play_is_written_once():
    scenario = Scenario(name="one", plays=())
    plan = SessionPlan(held={str(task): (PinnedScenario(scenario, 0),) for task in range(3)})
    writing = Pieces(Shelf(), {})

    parts = list(writing.plan(NO_PLAN, plan))

    assert {part.body for part in parts} == {json.dumps([["one", scenario.digest]], separators=(",", ":"))}
    assert list(writing.unwritten) == [scenario.digest]


def test_fields_at_their_defaults_are_left_out():
    assert Codec().text(TaskTime, TaskTime(polls=3)) == '{"polls":3}'
    assert Codec().value(TaskTime, '{"polls":3}') == TaskTime(polls=3)


@dataclasses.dataclass(frozen=True)
class Odd:
    """A class with a field for which nothing is known."""

    names: set[str]


def test_field_of_an_unknown_type_is_an_error_of_the_program():
    with pytest.raises(TypeError, match="have no form in which they are kept"):
        Codec().text(Odd, Odd({"a"}))


@pytest.mark.parametrize(
    ("kind", "text", "wrong"),
    [
        (TaskTime, '{"pols":3}', "there is no field 'pols'"),
        (TaskTime, '{"polls":"3"}', "'3' stands where int should"),
        (TaskTime, '{"polls":true}', "True stands where int should"),
        (TaskTime, "[]", "[] stands where a dict should"),
        (TaskTime, "{", "Expecting property name"),
        (TaskTime, "[" * 100_000, "maximum recursion depth"),
        (ClockMode, '"sun"', "'sun' is not a valid ClockMode"),
        (ClockMode | None, "3", "3 is not a valid ClockMode"),
        (RecordKey, '["a","b"]', "is shorter than"),
        (Record, "{}", "missing 4 required keyword-only arguments"),
        (tuple[int, ...], "3", "3 stands where a list should"),
    ],
)
def test_text_that_holds_no_such_value_is_refused(kind, text, wrong):
    with pytest.raises(UnreadableError) as refused:
        Codec().value(kind, text)

    assert wrong in str(refused.value)


def test_value_that_json_cannot_hold_is_refused():
    with pytest.raises(UnwritableError):
        Codec().text(object, {1, 2})
