"""A call that was resolved once is answered without parsing it, and exactly as if it were new."""

import dataclasses
import json

from hypothesis import given
from hypothesis import strategies as st

from support.app_calls import EXAMPLE, STATUS, answered, call, target
from support.properties import examples
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.core.flow import Activity, Attempt
from taskmock.mockserver.core.scenario import Play, Scenario
from taskmock.mockserver.http.message import Call
from taskmock.mockserver.server.settings import Settings, build_app

NODE, A = "n" + "0" * 31, "n" + "a" * 31
FAILING = Activity(name="A", id=A, attempts=(Attempt(fails="x"),))
FAILS = Scenario(name="fails", edition="v2", plays=(Play(flow=(FAILING,)),))

tasks = st.sampled_from(["10", "11", "  10", NODE])
flags = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("with_ex_data", "with_failed_node_info", "with_auto_retry_status"), st.just("True"))
    | {"subprocess_id": st.sampled_from([NODE, A])},
)
calls = st.one_of(
    st.builds(lambda task: call(target(task_id=task)), tasks),
    st.builds(lambda task: call("/__s/one" + target(task_id=task)), tasks),
    st.builds(lambda task: call(target(task_id=task), method="HEAD"), tasks),
    st.builds(lambda task: call(target(task_id=task), headers={"X-Mock-Session": "two"}), tasks),
    st.builds(lambda task: call(STATUS, method="POST", body=json.dumps(EXAMPLE | {"task_id": task}).encode()), tasks),
    st.builds(
        lambda name, flags: call(target(**flags), headers={"X-Mock-Scenario": name}),
        st.sampled_from(["fails", "generated", "nowhere"]),
        flags,
    ),
)
steps = st.lists(st.tuples(st.floats(0, 40), calls), max_size=12)


def new_app():
    clock = ManualClock()
    app = build_app(Settings(clock=clock))
    app.playback.catalog.add(FAILS)
    return app, clock


@examples(60)
@given(steps)
def test_known_calls_are_answered_as_unknown_ones(history):
    quick, quick_clock = new_app()
    slow, slow_clock = new_app()

    for seconds, asked in history:
        quick_clock.advance(seconds)
        slow_clock.advance(seconds)
        known = quick.answer_inline(asked) or quick.answer(asked)

        assert known == slow.answer(asked)
    assert [entry.code for entry in quick.journal.find()] == [entry.code for entry in slow.journal.find()]


def test_second_call_is_answered_inline(app):
    asked = call(target())

    before, reply, after = app.answer_inline(asked), app.answer(asked), app.answer_inline(asked)

    assert before is None
    assert answered(after).json == answered(reply).json


def test_call_that_was_refused_is_never_known(app):
    asked = call(STATUS)
    app.answer(asked)

    assert app.answer_inline(asked) is None


def test_large_call_is_never_known(app):
    asked = call(target(), headers={"X-Padding": "x" * 10_000})
    app.answer(asked)

    assert app.answer_inline(asked) is None


def test_calls_that_differ_in_a_header_only_are_different_calls(app):
    app.answer(call(target()))

    assert app.answer_inline(call(target(), headers={"X-Mock-Session": "one"})) is None


def test_known_call_follows_what_its_session_settles_later(app):
    asked = Call("GET", target())
    app.answer(asked)
    app.playback.catalog.add(FAILS)
    app.playback.store.replan("default", lambda plan: dataclasses.replace(plan, scenario="fails"))

    assert answered(app.answer_inline(asked)).headers["X-Mock-Scenario"] == "fails"


def test_large_task_is_never_answered_on_the_event_loop():
    app = build_app(Settings(scenario="big-1000"))

    app.answer(call(target()))

    assert app.answer_inline(call(target())) is None
