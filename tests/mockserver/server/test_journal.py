"""The journal: what was asked and answered, without secrets, and never more than it may hold."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.app_calls import STATUS, ask, target
from support.properties import examples
from taskmock.mockserver.api.bk_sops.api import BkSopsApi
from taskmock.mockserver.sessions.journal import Criteria, Journal, JournalEntry
from taskmock.mockserver.sessions.redaction import redacted, redacted_answer, redacted_body

KEYS = st.sampled_from([*sorted(BkSopsApi.secrets), "a", 'b": "', "c\\"]) | st.text(max_size=3)


def entry(number: int, **named: object) -> JournalEntry:
    return JournalEntry(at=number, session="one", method="GET", target="/", status=200, code=0, **named)


def test_call_is_written_down_with_its_answer(app, clock):
    clock.advance(2)
    ask(app, "/__s/one" + target())

    [found] = app.journal.find(Criteria(session="one"))

    assert (found.session, found.method, found.status, found.code) == ("one", "GET", 200, 0)
    assert (found.task_id, found.scenario, found.message) == ("10", "generated", "")
    assert (found.at, found.reading) == (clock.now(), (2000, 1))


def test_refusal_is_written_down_with_its_message(app):
    ask(app, STATUS, method="PUT")

    [found] = app.journal.find()

    assert (found.method, found.code) == ("PUT", 1306000)
    assert found.message == "Request method PUT is not allowed, use GET or POST"
    assert (found.task_id, found.scenario, found.reading) == (None, None, None)


def test_calls_of_a_task_are_found_in_their_order(app):
    for task_id in ("10", "11", "10"):
        ask(app, target(task_id=task_id))

    assert [found.reading.poll for found in app.journal.find(Criteria(session="default", task="10"))] == [1, 2]
    assert [found.task_id for found in app.journal.find()] == ["10", "11", "10"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("/a?bk_app_secret=x&b=1", "/a?bk_app_secret=***&b=1"),
        ("/a?b=1&bk_token=x%26y#f", "/a?b=1&bk_token=***#f"),
        ("/a?access_token=a=b=c&bk_ticket=", "/a?access_token=***&bk_ticket=***"),
        ("/a?BK_TOKEN=x", "/a?BK_TOKEN=***"),
        ("/a?bk%5Ftoken=x&%62k_app_secret=y", "/a?bk%5Ftoken=***&%62k_app_secret=***"),
        ("/a?bk_token+=x", "/a?bk_token+=***"),
        ("/a?bk_username=me&task_id=1", "/a?bk_username=me&task_id=1"),
        ("/a?bk_tokens=x&bk_token", "/a?bk_tokens=x&bk_token"),
        ("/a", "/a"),
        ("/a;bk_token=x?bk_token=y;b#bk_ticket=z&bk_ticket", "/a;bk_token=x?bk_token=y;b#bk_ticket=***&bk_ticket"),
        ("/a?b=c?bk_token=x&?==bk_token=y=z", "/a?b=c?bk_token=x&?==bk_token=***"),
    ],
)
def test_redacted_blots_out_secrets(sent, kept):
    assert redacted(sent, BkSopsApi.secrets) == kept


def test_journal_keeps_no_secret_of_a_body_or_a_header(app):
    ask(
        app,
        STATUS,
        method="POST",
        body=b'{"bk_app_secret": "sesame"}',
        headers={"X-Bkapi-Authorization": '{"bk_token": "sesame"}'},
    )

    assert "sesame" not in str(app.journal.find())


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ('{"bk_app_secret": "x", "b":1}', '{"bk_app_secret": "***", "b":1}'),
        ('{"b" : [1, "bk_token"], "BK_TOKEN ": 7}', '{"b" : [1, "bk_token"], "BK_TOKEN ": "***"}'),
        (
            '{"bk\\u005ftoken": "s\\"s", "a": {"access_token": null}}',
            '{"bk\\u005ftoken": "***", "a": {"access_token": "***"}}',
        ),
        ('{"bk_token": {"x": "s"}, "bk_token": "s"}', '{"bk_token": "***"}'),
        ('{"bk_token": ["s"], "b":  1}', '{"bk_token": "***", "b": 1}'),
        ('["\\", ", "bk_token", {"bk_ticket":"s"}]', '["\\", ", "bk_token", {"bk_ticket":"***"}]'),
        ("a=b&bk_token=s&bk%5Fticket=s", "a=b&bk_token=***&bk%5Fticket=***"),
        ('{"bk_token": "s"', "***"),
        ('{"bk\\u005ftoken": "s"', "***"),
        ("bk%5Ftoken: s", "***"),
        ("what is this", "what is this"),
        ("", ""),
        ("[" * 100_000 + "'bk_token': s", "***"),
    ],
)
def test_body_is_kept_as_it_was_sent_without_secrets(sent, kept):
    assert redacted_body(sent.encode(), BkSopsApi.secrets) == kept


@given(
    st.recursive(st.none() | st.text(max_size=4), lambda inner: st.dictionaries(KEYS, inner) | st.lists(inner)),
    st.booleans(),
)
@examples(60)
def test_body_keeps_no_value_of_a_secret_and_all_else(sent, escaped):
    kept = json.loads(redacted_body(json.dumps(sent, ensure_ascii=escaped).encode(), BkSopsApi.secrets))

    def without(value):
        if isinstance(value, dict):
            return {key: "***" if key in BkSopsApi.secrets else without(one) for key, one in value.items()}
        return [without(one) for one in value] if isinstance(value, list) else value

    assert kept == without(sent)


def test_long_bodies_are_cut():
    long, too_long = b"x" * 10_000, b"x" * 300_000

    assert redacted_body(long, BkSopsApi.secrets) == "x" * 8192 + "… (10000 characters)"
    assert redacted_body(too_long, BkSopsApi.secrets) == "… (300000 bytes)"


def test_answer_is_kept_without_secrets():
    assert redacted_answer(b'<p>{"bk_token": "s", "a": "bk_token"}', BkSopsApi.secrets) == (
        '<p>{"bk_token": "***", "a": "bk_token"}'
    )


def test_journal_forgets_the_oldest_calls_first():
    journal = Journal(limit=10 * entry(0).weight)

    for number in range(15):
        journal.add(entry(number))

    assert [found.at for found in journal.find()] == list(range(5, 15))


def test_journal_counts_long_texts():
    journal = Journal(limit=10_000)

    for number in range(10):
        journal.add(entry(number, message="x" * 4000))

    assert [found.at for found in journal.find()] == [8, 9]
