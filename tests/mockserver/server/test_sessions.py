"""Sessions: named by prefix, header, cookie or credential, in that order, and apart from each other."""

import json
from urllib.parse import quote

import pytest

from support.app_calls import (
    EXAMPLE,
    STATUS,
    answered,
    ask,
    assert_envelope,
    assert_strict,
    call,
    post,
    target,
    without,
)
from support.mock_calls import send
from support.scenario_building import act, play
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.core.scenario import Scenario
from taskmock.mockserver.server.settings import Settings, build_app
from taskmock.mockserver.sessions.journal import Criteria
from taskmock.mockserver.sessions.names import session_prefix

ALLOWED = "cannot name a session: 1 to 128 visible ASCII characters"
NAMES = ["one", "a.b-c_d~e", "x" * 128, "a/b", "50%", "a?b#c", "'\"<>", "%2F"]


@pytest.mark.parametrize("name", NAMES)
def test_prefix_names_the_session_over_a_socket(mock, name):
    answer = send(mock.url, session_prefix(name) + target())

    assert_strict(answer)
    assert answer.headers["X-Mock-Session"] == name


@pytest.mark.parametrize("name", NAMES)
def test_header_names_the_session(app, name):
    answer = ask(app, target(), headers={"X-Mock-Session": name})

    assert answer.headers["X-Mock-Session"] == name


@pytest.mark.parametrize("cookie", ["taskmock_session=one", 'a=b; taskmock_session="one"; c=d'])
def test_cookie_names_the_session(app, cookie):
    answer = ask(app, target(), headers={"Cookie": cookie})

    assert answer.headers["X-Mock-Session"] == "one"


def test_cookie_of_an_unknown_session_is_told_once(app, caplog):
    cookie = {"Cookie": "taskmock_session=one"}

    said = [ask(app, target(), headers=cookie).headers.get("X-Mock-Session-Unknown") for _ in range(2)]

    assert said == ["one", None]
    assert caplog.messages == ["a cookie names the session one, which this mock does not know: it begins anew"]


def test_cookie_of_a_session_that_was_forgotten_is_told_also_where_the_call_was_read_before(app, caplog):
    asked = call(target(), headers={"Cookie": "taskmock_session=one"})
    app.answer(asked)
    app.playback.store.forget("one")

    answer = answered(app.answer_inline(asked))

    assert answer.headers["X-Mock-Session-Unknown"] == "one"
    assert len(caplog.messages) == 2


def test_refused_call_tells_of_the_unknown_session_of_its_cookie(app):
    answer = ask(app, target(task_id=""), headers={"Cookie": "taskmock_session=one"})

    assert (answer.json["result"], answer.headers["X-Mock-Session-Unknown"]) == (False, "one")


@pytest.mark.parametrize(
    ("prefix", "headers"),
    [
        ("", {"Cookie": "taskmock_session=default"}),
        ("", {"X-Mock-Session": "one"}),
        ("", {"X-Mock-Session": "one", "Cookie": "taskmock_session=two"}),
        ("/__s/one", {"Cookie": "taskmock_session=two"}),
        ("", {}),
    ],
)
def test_session_that_no_cookie_names_may_be_new(app, prefix, headers):
    assert "X-Mock-Session-Unknown" not in ask(app, prefix + target(), headers=headers).headers


def test_cookie_of_a_session_that_was_settled_is_known(app):
    name = ask(app, "/__admin/use").json["session"]

    assert "X-Mock-Session-Unknown" not in ask(app, target(), headers={"Cookie": f"taskmock_session={name}"}).headers


def test_call_that_names_no_session_belongs_to_the_default_one(app):
    headers = {"X-Mock-Session": "", "Cookie": "taskmock_session=; other=x"}

    assert ask(app, target(), headers=headers).headers["X-Mock-Session"] == "default"


def test_prefix_wins_over_header_over_cookie_over_credential():
    app = build_app(Settings(clock=ManualClock(), session_from="bk_username"))
    headers = {"X-Mock-Session": "header", "Cookie": "taskmock_session=cookie"}
    cookie = {"Cookie": "taskmock_session=cookie"}
    asked = target(bk_username="credential")

    carried = [
        ask(app, "/__s/prefix" + asked, headers=headers),
        ask(app, asked, headers=headers),
        ask(app, asked, headers=cookie),
        ask(app, asked),
        ask(app, target()),
    ]

    names = [answer.headers["X-Mock-Session"] for answer in carried]
    assert names == ["prefix", "header", "cookie", "credential", "default"]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("admin", "admin"),
        ("a@b.c", "a@b.c"),
        ("a b", "a%20b"),
        ("张三", "%E5%BC%A0%E4%B8%89"),
        (7, "7"),
        ("\ud800", "%ED%A0%80"),
        ("", "default"),
        (0, "default"),
        (None, "default"),
        ([1], "default"),
        (True, "True"),
    ],
    ids=ascii,
)
def test_username_names_the_session(value, name):
    app = build_app(Settings(clock=ManualClock(), session_from="bk_username"))

    answer = post(app, EXAMPLE | {"bk_username": value})

    assert answer.headers["X-Mock-Session"] == name


def test_username_in_the_header_names_the_same_session_as_in_the_query():
    app = build_app(Settings(clock=ManualClock(), session_from="bk_username"))
    header = json.dumps({"bk_username": "张三"}, ensure_ascii=False).encode().decode("latin-1")

    by_header = ask(app, target(), headers={"X-Bkapi-Authorization": header})
    by_query = ask(app, target(bk_username="张三"))

    assert by_header.headers["X-Mock-Session"] == by_query.headers["X-Mock-Session"] == "%E5%BC%A0%E4%B8%89"


def test_long_username_names_a_session_by_its_digest():
    app = build_app(Settings(clock=ManualClock(), session_from="bk_username"))

    names = {post(app, EXAMPLE | {"bk_username": "张" * n}).headers["X-Mock-Session"] for n in (15, 16, 16)}

    assert [len(name) for name in sorted(names)] == [16, 16]


def test_token_that_names_a_session_stays_secret():
    app = build_app(Settings(clock=ManualClock(), session_from="bk_token"))

    answer = ask(app, target(bk_token="open-sesame"))

    assert answer.headers["X-Mock-Session"] == "d7ecdf25eaf3deba"
    assert "sesame" not in str((answer.headers, app.journal.find()))


def test_refusal_belongs_to_the_session_of_its_credential():
    app = build_app(Settings(clock=ManualClock(), session_from="bk_username"))

    answer = post(app, without("task_id") | {"bk_username": "admin"})

    assert answer.headers["X-Mock-Session"] == "admin"
    assert [entry.code for entry in app.journal.find(Criteria(session="admin"))] == [1306406]


@pytest.mark.parametrize("name", ["%20", "", "a%20b", "%E4%BB%BB", "x" * 129, "%00", "a%0Ab"])
def test_prefix_that_can_be_no_session_is_refused(app, name):
    answer = ask(app, f"/__s/{name}{target()}")

    assert (answer.status, answer.json["code"]) == (400, 1306000)
    assert answer.json["message"].endswith(ALLOWED)
    assert answer.headers["X-Mock-Session"] == "default"


@pytest.mark.parametrize(
    "headers", [{"X-Mock-Session": "a b"}, {"X-Mock-Session": "\xe4"}, {"Cookie": 'taskmock_session="a b"'}]
)
def test_carrier_that_can_be_no_session_is_refused(app, headers):
    answer = ask(app, target(), headers=headers)

    name = "'\xe4'" if "\xe4" in str(headers) else "'a b'"
    assert_envelope(answer, 1306000, f"{name} {ALLOWED}", status=400)


def test_long_bad_name_is_clipped_in_the_message(app):
    answer = ask(app, target(), headers={"X-Mock-Session": "x" * 500})

    assert_envelope(answer, 1306000, f"'{'x' * 39}…' {ALLOWED}", status=400)


def test_sessions_have_clocks_and_journals_of_their_own(mock):
    one, two = mock.session("one"), mock.session("two")
    task = one.play(task_id="10")
    two.play(task_id="10")
    task.clock.end()

    states = [send(session.url, target()).state for session in (one, two)]

    assert states == [task.ends, "CREATED"]
    assert [len(session.requests()) for session in (one, two)] == [1, 1]
    assert len(mock.requests()) == 2


def test_forgotten_session_starts_anew(mock):
    session = mock.session()
    session.play().clock.end()
    session.forget()

    assert send(session.url, target()).state == "CREATED"


def test_sessions_without_a_name_are_all_different(mock):
    assert len({mock.session().name for _ in range(100)}) == 100


def test_session_url_of_any_name_leads_to_that_session(mock):
    for name in NAMES:
        send(mock.session(name).url, STATUS)

        assert mock.requests()[-1].session == name


def test_strict_mock_refuses_calls_without_a_session():
    app = build_app(Settings(clock=ManualClock(), session_from="bk_username", strict_sessions=True))

    refused, answers = ask(app, target()), [ask(app, "/__s/one" + target()), ask(app, target(bk_username="me"))]

    assert (refused.status, refused.json["code"]) == (400, 1306000)
    assert refused.json["message"].startswith("the call names no session, and this mock is strict; name one in ")
    assert [answer.headers["X-Mock-Session"] for answer in answers] == ["one", "me"]


# -- tasks of one id


def named(name, *nodes):
    steps = tuple(act(node, 5) for node in nodes or ("A",))
    return Scenario(name=name, edition="v2", plays=(play(*steps, name=name),))


def test_two_tasks_of_one_id_have_two_addresses(mock):
    session = mock.session()
    first, second = session.play(named("first"), "7"), session.play(named("第二"), "7")

    first.clock.end()

    assert [send(task.url).headers["X-Mock-Scenario"] for task in (first, second)] == ["first", quote("第二")]
    assert [send(task.url).state for task in (first, second)] == ["FINISHED", "RUNNING"]
    assert (first.url.count("/__scenario/first/"), second.url.count("/__scenario/")) == (1, 0)
    session.play(named("first"), "7")
    assert f"/__scenario/{quote('第二')}/" in second.url


def test_address_means_the_scenario_that_the_session_has_played_under_its_name(mock):
    mock.play(named("twin"))
    session = mock.session()
    own = session.play(named("twin", "A", "B", "C"), "7")

    session.play(named("other"), "7")

    own.clock.end()
    names = {node["name"] for node in send(own.url).json["data"]["children"].values()}
    assert {"A", "B", "C"} <= names


def test_address_of_a_scenario_that_is_not_there_is_refused(mock):
    answer = send(mock.play().url.replace("/api/", "/__scenario/nothing/api/", 1))

    assert "no scenario is called 'nothing'" in answer.json["message"]
    assert send(mock.url, "/__scenario/").status == 404
