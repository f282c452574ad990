"""Another API on the same server: whatever is said of tasks, sessions, faults and links holds for it as well."""

import json

import pytest

from support.app_calls import ask, call
from support.toy_api import ToyApi, ToySettings
from support.toy_contract import TOY
from taskmock.contracts import Contract
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.core.fault import Bounds, Fault, FaultKind
from taskmock.mockserver.core.flow import Activity, Attempt
from taskmock.mockserver.core.scenario import Play, Scenario
from taskmock.mockserver.server.settings import build_app
from taskmock.mockserver.sessions.session import Session

FLOW = (
    Activity(name="Prepare", attempts=(Attempt(takes=1000),)),
    Activity(name="Copy", attempts=(Attempt(takes=1000, fails="disk full"), Attempt(takes=1000))),
)
JOB = "/jobs/10?user=anna&pin=1234"


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def make(clock):
    """Makes a mock of the toy API."""

    def make(*faults, **settings):
        release = Scenario(name="release", plays=(Play(flow=FLOW, name="Release", faults=faults),))
        return build_app(ToySettings(scenario=release, clock=clock, **settings), api=ToyApi())

    return make


def steps(answer):
    return [(step["step"], step["phase"]) for step in answer.json["steps"]]


def test_polls_follow_the_task_in_the_words_of_the_api(make, clock):
    app = make()

    seen = [steps(ask(app, JOB))]
    for _ in range(2):
        clock.advance(1)
        seen.append(steps(ask(app, JOB)))

    assert seen == [
        [("Prepare", "busy")],
        [("Prepare", "done"), ("Copy", "busy")],
        [("Prepare", "done"), ("Copy", "stuck")],
    ]


def test_operation_moves_the_task_on(make, clock):
    app = make()
    clock.advance(2)
    ask(app, JOB)

    again = ask(app, "/jobs/10/steps/Copy/again?user=anna", method="POST")

    assert (again.status, again.json["again"]) == (200, "Copy")
    assert steps(ask(app, JOB))[-1] == ("Copy", "busy")
    assert [(entry.polled, entry.call) for entry in app.journal.find()] == [
        (True, "job"),
        (False, "again"),
        (True, "job"),
    ]


def test_answers_keep_the_contract_of_the_api(make, clock):
    app, judge = make(), Contract("autumn", api=TOY)

    for _ in range(3):
        report = judge.check_response(ask(app, JOB).body)
        assert report.violations == ()
        clock.advance(1)
    assert judge.check_response(ask(app, "/jobs/10").body).violations == ()  # a refusal in the API's words


@pytest.mark.parametrize(
    ("method", "target", "status", "problem", "kind"),
    [
        ("GET", "/jobs/10", 401, "say who you are: ?user=NAME", "stranger"),
        ("GET", "/works/10", 404, "there is no GET /works/10", "lost"),
        ("DELETE", JOB, 404, "there is no DELETE /jobs/10", "lost"),
        ("GET", "/__s/%20/jobs/10", 400, "' ' cannot name a session: 1 to 128 visible ASCII characters", "broken"),
        (
            "POST",
            "/jobs/10/steps/Copy/again?user=a",
            409,
            "retry Copy: State matching query does not exist.",
            "not now",
        ),
    ],
)
def test_refusals_are_the_apis_own(make, method, target, status, problem, kind):
    app = make()

    answer = ask(app, target, method=method)

    assert (answer.status, answer.json) == (status, {"problem": problem, "kind": kind})
    [entry] = app.journal.find()
    assert (entry.status, entry.message) == (status, problem)


def test_unknown_scenario_and_a_broken_request_are_refused_in_its_words(make):
    app = make()

    lost = ask(app, JOB, headers={"X-Mock-Scenario": "nowhere"})
    large = app.refuse(413, "the body is too large", None)

    assert (lost.status, lost.json["kind"]) == (400, "broken")
    assert lost.json["problem"].startswith("no scenario is called 'nowhere'")
    assert (large.status, json.loads(large.body)) == (413, {"problem": "the body is too large", "kind": "broken"})


def test_faults_of_scenarios_come_in_its_envelope_and_on_its_line(make):
    envelope = Fault(kind=FaultKind.ENVELOPE, value={"code": 77, "message": "no permission"}, bounds=Bounds(polls=(1,)))
    gone = Fault(kind=FaultKind.HTTP, value=502, bounds=Bounds(polls=(2,)))
    slow = Fault(kind=FaultKind.DELAY, value=250)
    app = make(envelope, gone, slow)

    first, second, third = (app.answer(call(JOB)) for _ in range(3))

    assert json.loads(first.body) == {"problem": "no permission", "kind": "broken"}
    assert (second.status, b"502 Bad Gateway" in second.body) == (502, True)
    assert (third.status, json.loads(third.body)["job"]) == (200, "Release")
    assert [reply.delivery.delay for reply in (first, second, third)] == [0.25, 0.25, 0.25]
    assert [(entry.code, entry.faults) for entry in app.journal.find()] == [
        (77, ("envelope", "delay")),
        (0, ("http", "delay")),
        (0, ("delay",)),
    ]


def test_session_is_named_by_a_credential_of_the_api(make):
    app = make(session_from="user")

    answer = ask(app, JOB)

    assert answer.headers["X-Mock-Session"] == "anna"
    assert app.playback.store.sessions() == ("anna",)


def test_secret_names_a_session_by_its_digest_only(make):
    app = make(session_from="pin")

    answer = ask(app, JOB)

    assert "1234" not in answer.headers["X-Mock-Session"]


def test_settings_offer_the_apis_own_choices():
    with pytest.raises(ValueError, match=r"unknown credential for session_from 'bk_token': choose one of user, pin"):
        ToySettings(session_from="bk_token")
    with pytest.raises(ValueError, match=r"unknown edition 'v2': choose one of spring, autumn"):
        ToySettings(edition="v2")


def test_secrets_stay_out_of_the_journal(make):
    app = make()

    ask(app, JOB)

    assert [entry.target for entry in app.journal.find()] == ["/jobs/10?user=anna&pin=***"]


def test_link_of_an_answer_gets_that_answer_again(make, clock):
    app = make()
    clock.advance(1)
    answer = ask(app, JOB)
    clock.advance(1)

    led = ask(app, answer.headers["X-Mock-Link"])

    assert ask(app, led.json["url"]).body == answer.body


def test_poll_is_answered_inline_once_it_is_known(make, clock):
    quick, slow = make(), make()
    first = quick.answer(call(JOB))
    slow.answer(call(JOB))
    clock.advance(1)

    inline = quick.answer_inline(call(JOB))

    assert inline == slow.answer(call(JOB))
    assert inline.body != first.body
    assert quick.answer_inline(call("/jobs/10/steps/Copy/again?user=a", method="POST")) is None


def test_tasks_have_urls_of_the_api(make):
    app = make()

    task = Session(app.context, "bob").play()

    assert task.url == "/__s/bob/jobs/10?user=test"
    assert steps(ask(app, task.url)) == [("Prepare", "busy")]
    assert task.ends == "FAILED"


def test_browser_and_admin_api_show_the_api(make):
    app = make()

    page = ask(app, "/", headers={"Host": "mock"})
    document = ask(app, "/__admin/openapi.json").json

    assert "a mock of toy jobs" in page.body.decode()
    assert "http://mock/jobs/10?user=me" in page.body.decode()
    assert {"/jobs/{job}", "/__admin/replay"} <= set(document["paths"])
