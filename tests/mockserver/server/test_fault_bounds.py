"""Where and for how long a fault holds, over a real socket."""

import http.client

import pytest

from support.mock_calls import admin, operate, poll, send, status_of
from taskmock.mockserver.api.bk_sops.documents.renderer import broken
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.scenarios import read_scenario
from taskmock.mockserver.server.mock_server import MockServer
from taskmock.mockserver.server.settings import Settings

TEXT = """\
format: 1
scenario: bounded
edition: v2
start: 2s
flow:
  - Copy: {attempts: [{takes: 2s, fails: disk full}, {takes: 2s}]}
  - Check: 2s
"""


RECORDED = """\
format: 1
scenario: seen
frames:
  - {at: 0s, body: {result: true, data: {state: RUNNING, name: T, children: {a: {state: RUNNING, name: A}}}}}
  - {at: 5s, body: {result: true, data: {state: FAILED, name: T, children: {a: {state: FAILED, name: A}}}}}
  - {at: 9s, body: {result: false, message: gone}}
faults:
  - {when: A FAILED, answers: 1, http: 502}
  - {from: 6s, to: 7s, break: {node: A, state: PAUSED}}
  - {from: 7s, to: 8s, break: {node: task, drop: name}}
  - {from: 8s, to: 9s, stale: {for: 60s}}
  - {from: 9s, break: {node: A, drop: name}}
"""


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def play(clock, request):
    """Plays the scenario with faults, in the session of the URL that it gives."""
    servers = []

    def playing(*faults, settings=None, text=TEXT):
        lines = "".join(f"  - {fault}\n" for fault in faults)
        scenario = read_scenario(f"{text}faults:\n{lines}" if faults else text, source="bounded")
        servers.append(MockServer(scenario, clock=None if settings else clock, settings=settings or Settings()))
        servers[-1].start()
        return servers[-1].url

    yield playing
    for server in servers:
        server.stop()


def statuses(url, count):
    return [send(url, status_of()).status for _ in range(count)]


def at(url, clock, *moments):
    found = []
    for moment in moments:
        clock.set(moment)
        found.append(send(url, status_of()).status)
    return found


def test_fault_of_answers_ends_after_so_many(play):
    assert statuses(play("{answers: 2, http: 502}"), 4) == [502, 502, 200, 200]


def test_fault_of_polls_holds_at_these_alone(play):
    assert statuses(play("{polls: [2, 4], http: 502}"), 5) == [200, 502, 200, 502, 200]


def test_fault_of_a_window_begins_with_it_and_ends_before_its_end(play, clock):
    url = play("{from: 1s, to: 3s, http: 502}")

    assert at(url, clock, 0, 0.999, 1, 2.999, 3) == [200, 200, 502, 502, 200]


def test_fault_of_a_state_holds_while_the_node_is_in_it(play, clock):
    url = play("{when: Copy FAILED, http: 502}", "{when: task CREATED, http: 503}", "{when: Check RUNNING, http: 504}")

    assert at(url, clock, 0, 1.999, 2, 3.999, 4) == [503, 503, 200, 200, 502]
    operate(url, "operate_node", node_id="Copy", action="retry")
    assert at(url, clock, 4.001, 6, 8) == [200, 504, 200]


def test_fault_with_several_bounds_needs_all_of_them(play, clock):
    url = play("{when: Copy FAILED, polls: [2, 3, 4], answers: 1, from: 5s, http: 502}")

    assert at(url, clock, 1, 1, 4.5, 5, 5) == [200, 200, 200, 502, 200]


def test_fault_of_chance_meets_the_same_polls_in_each_run(play):
    fault = "{chance: 0.3, http: 502}"
    one, two = (statuses(play(fault), 60) for _ in range(2))

    assert one == two
    assert 5 <= one.count(502) <= 35
    assert statuses(play(fault, settings=Settings(seed="other")), 60) != one


def test_fault_without_bounds_never_ends(play, clock):
    url = play("{http: 502}")

    assert at(url, clock, 0, 10, 10_000) == [502, 502, 502]


def test_faults_count_again_after_going_back(play, clock):
    url = play("{answers: 1, http: 502}")
    task = "/sessions/default/tasks/10/clock"
    assert statuses(url, 2) == [502, 200]

    admin(url, task, "POST", {"advance": 3})
    assert statuses(url, 1) == [200]  # onwards they do not
    admin(url, task, "POST", {"set": 1})

    assert statuses(url, 2) == [502, 200]


def test_restart_counts_polls_anew(play):
    url = play("{polls: [1], http: 502}")
    assert statuses(url, 2) == [502, 200]

    admin(url, "/sessions/default/tasks/10/clock", "POST", {"restart": True})

    assert statuses(url, 2) == [502, 200]


def test_each_session_has_faults_of_its_own(play):
    url = play("{answers: 1, http: 502}")

    assert [statuses(f"{url}/__s/{name}", 2) for name in ("anna", "bob")] == [[502, 200]] * 2


def test_added_fault_is_met_by_its_task_alone(play):
    url = play()
    for session, task in (("anna", "10"), ("anna", "11"), ("bob", "10")):
        poll(f"{url}/__s/{session}", task)

    admin(url, "/sessions/anna/tasks/10/faults", "POST", {"faults": [{"http": 502}]})

    assert statuses(f"{url}/__s/anna", 2) == [502, 502]
    assert send(f"{url}/__s/anna", status_of("11")).status == 200
    assert statuses(f"{url}/__s/bob", 1) == statuses(url, 1) == [200]


def test_replaced_answer_does_not_move_a_polls_clock(play):
    settings = Settings(seed="7")
    good = play(settings=settings)
    bad = play("{polls: [2, 3], http: 502}", "{polls: [5], truncate: 10}", settings=settings)
    for url in (good, bad):
        admin(url, "/sessions/anna", "PUT", {"clock": "polls"})

    shown = [send(f"{good}/__s/anna", status_of()).body for _ in range(5)]
    faulty = [send(f"{bad}/__s/anna", status_of()) for _ in range(4)]
    with pytest.raises(http.client.IncompleteRead):
        send(f"{bad}/__s/anna", status_of())
    faulty += [send(f"{bad}/__s/anna", status_of()) for _ in range(3)]

    assert [answer.status for answer in faulty] == [200, 502, 502, 200, 200, 200, 200]
    assert [answer.body for answer in faulty if answer.status == 200] == shown


def test_faults_leave_operations_alone(play):
    url = play("{http: 502}")

    assert operate(url, "operate_task", action="start")["result"] is True


def test_last_replacing_fault_wins_and_delivery_acts_on_it(play):
    url = play("{http: 502}", "{drip: {bytes: 20, every: 1ms}}", "{body: busy}")

    answer = send(url, status_of())

    assert (answer.status, answer.body, answer.headers["X-Mock-Scenario"]) == (200, b"busy", "bounded")


def test_envelope_carries_its_own_data(play):
    url = play('{envelope: {code: 7, message: no, data: ""}}', "{polls: [2], http: 599}")

    first, second = (send(url, status_of()) for _ in range(2))

    assert (first.json["code"], first.json["message"], first.json["data"]) == (7, "no", "")
    assert b"599 Error" in second.body


def test_range_of_a_delay_is_drawn_by_poll(play):
    url = play("{delay: [1ms, 5ms]}")

    assert statuses(url, 3) == [200, 200, 200]


def test_recorded_answers_meet_faults_by_their_own_states():
    clock = ManualClock()
    with MockServer(read_scenario(RECORDED, source="seen"), clock=clock) as server:
        assert at(server.url, clock, 0, 5, 5.5) == [200, 502, 200]
        shown = []
        for moment in (6, 7, 8, 9):
            clock.set(moment)
            shown.append(send(server.url, status_of()).json)

    assert shown[0]["data"]["children"]["a"]["state"] == "PAUSED"
    assert "name" not in shown[1]["data"]
    assert shown[2]["data"]["state"] == "RUNNING"
    assert shown[3] == {"result": False, "message": "gone"}


def node(**fields):
    return {"id": "root", "name": "T", "state": "RUNNING", "retry": 0, **fields}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("string", "0"),
        ("integer", 7),
        ("number", 0.5),
        ("boolean", True),
        ("null", None),
        ("array", []),
        ("object", {}),
    ],
)
def test_field_is_retyped(kind, value):
    data = node()

    broken(data, None, {"retype": {"retry": kind, "absent": kind}})

    assert data == node(retry=value)


@pytest.mark.parametrize("children", [None, [], {"a": None}, {"a": {"id": "b", "name": "B"}}])
def test_break_at_a_node_that_is_not_there_breaks_nothing(children):
    data = node(children=children)

    broken(data, "nobody", {"drop": "state"})

    assert data == node(children=children)


def test_break_renames_only_what_is_there():
    data = node(children={"a": node(id="a", name="A")})

    broken(data, "a", {"rename": {"state": "status", "absent": "x"}})

    assert data["children"]["a"] == {"id": "a", "name": "A", "retry": 0, "status": "RUNNING"}
