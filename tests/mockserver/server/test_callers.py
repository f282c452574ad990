"""Which calls are carried out, by their host and by the page that sends them: the table of `docs/reference/http.md`."""

import itertools
import json
import logging
from collections import Counter

import pytest

from support.app_calls import ask, call, target
from support.source_tree import ROOT
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.core.task_time import ClockMode
from taskmock.mockserver.http.callers import CallerPolicy
from taskmock.mockserver.server.settings import Settings, build_app

PAGE = "http://localhost:5173"
EVIL = "https://evil.example"
ALLOWED = "https://app.example"
HERE = "localhost:8070"
OPTION = "--allow-origin https://evil.example (Settings(allow_origins=['https://evil.example']))"

GOOD_HOSTS = (
    *("localhost", "LOCALHOST:8070", "localhost.", "a.localhost", "127.0.0.1:8070", "127.9.9.9", "192.168.1.5:80"),
    *("8.8.8.8", "[::1]:8070", "[fe80::1]", "[::ffff:127.0.0.1]:1", "0.0.0.0:8070", "mock", "my_mock-1:8070"),
    *("host.docker.internal:8070", "gateway.docker.internal", "mock.team.svc", "mock.team.svc.cluster.local:8070"),
    *("mock.team.svc.cluster.local.", "laptop.local", "mock.test", "nas.home.arpa", ""),
)
BAD_HOSTS = (
    *("evil.example", "evil.example:8070", "evil.example.", "localhost.evil.example", "127.0.0.1.evil.example"),
    *("127.0.0.1.nip.io", "evillocal.com", "xtest.com", "svc.example", "home.arpa.example", "1.2.3.4.5", "999.1.1.1"),
    *(
        "a b",
        "localhost:80:90",
        "user@localhost",
        "[::1",
        "localhost/evil.example",
        "x" * 400,
        "local.com",
        "a.testing",
    ),
)


PATHS = ("/", target(), "/__admin/health", "/__admin/use", "/nothing")


@pytest.fixture
def app():
    return build_app(Settings(clock=ManualClock(), mode=ClockMode.POLLS, allow_origins=[ALLOWED]))


def polls(app):
    """How many calls have counted anywhere."""
    return len(app.journal.find()), len(app.playback.store.sessions())


def test_mock_answers_to_names_that_nobody_else_can_give(app):
    answers = {host: ask(app, target(), headers={"Host": host}).status for host in GOOD_HOSTS}

    assert answers == dict.fromkeys(GOOD_HOSTS, 200)


def test_other_host_is_misdirected_on_every_path(app):
    calls = [(path, host) for path in PATHS for host in BAD_HOSTS]
    answers = {(path, host): ask(app, path, headers={"Host": host}).status for path, host in calls}

    assert answers == dict.fromkeys(calls, 421)
    assert polls(app) == (0, 0)


def test_absolute_target_names_the_host(app):
    foreign, own = {"Host": "evil.example"}, {"Host": "localhost"}

    assert ask(app, "http://evil.example" + target(), headers=own).status == 421
    assert ask(app, "http://user@evil.example:80" + target(), headers=own).status == 421
    assert ask(app, "http://localhost:8070" + target(), headers=foreign).status == 200


@pytest.mark.parametrize(
    ("option", "host", "status"),
    [
        ("shop.example", "shop.example:80", 200),
        ("Shop.Example.", "shop.EXAMPLE", 200),
        ("shop.example", "a.shop.example", 421),
        (".shop.example", "a.b.shop.example", 200),
        (".shop.example", "shop.example", 200),
        (".shop.example", "myshop.example", 421),
        ("*", "anything.example", 200),
        ("*", "no host", 421),
    ],
)
def test_host_is_allowed_by_name(option, host, status):
    app = build_app(Settings(clock=ManualClock(), allow_hosts=(option,)))

    assert ask(app, target(), headers={"Host": host}).status == status


def test_mock_answers_to_its_machine_and_to_what_it_listens_on(monkeypatch):
    monkeypatch.setattr("socket.gethostname", lambda: "Dev-7.corp.example")
    app = build_app(Settings(clock=ManualClock()), host="mock.corp.example")

    answers = [
        ask(app, target(), headers={"Host": f"{name}.corp.example"}).status for name in ("dev-7", "mock", "dev-8")
    ]

    assert answers == [200, 200, 421]


@pytest.mark.parametrize("host", ["http://a.example", "a.example:80", "*.example", "", "a b", "a/b"])
def test_host_that_cannot_be_is_no_option(host):
    with pytest.raises(ValueError, match=r"cannot be one; allowed: a name without a port"):
        Settings(allow_hosts=(host,))


@pytest.mark.parametrize("origin", ["*", "null", "app.example", "https://app.example/path", "https://a b", ""])
def test_origin_that_cannot_be_is_no_option(origin):
    with pytest.raises(ValueError, match=r"cannot be one; allowed: scheme, host and port"):
        Settings(allow_origins=(origin,))


ORIGINS = {
    None: None,
    f"http://{HERE}": "own",
    PAGE: "listed",
    ALLOWED: "listed",
    EVIL: "foreign",
    "null": "foreign",
}
SITES = (
    None,
    "none",
    "same-origin",
    "same-site",
    "cross-site",
)
MORE_ORIGINS = {
    f"https://{HERE}": True,
    "https://app.localhost": True,
    "http://127.0.0.1:3000": True,
    "http://[::1]:3000": True,
    "HTTP://LOCALHOST:1": True,
    "http://192.168.1.5:5173": False,
    "http://mock:5173": False,
    "http://app.example": False,
    "https://app.example:8443": False,
    "ftp://localhost": False,
    "http://localhost.evil.example": False,
    "http://localhost@evil.example": False,
    "http://localhost/": False,
    f"{PAGE}, {EVIL}": False,
    "": False,
}
REFERERS = {
    None: None,
    f"http://{HERE}/tasks?a=b": "own",
    f"{PAGE}/tasks": "listed",
    f"{EVIL}/@{HERE}/": "foreign",
    f"http://{HERE}@evil.example/": "foreign",
}
FETCHES = {
    (None, None): False,
    ("navigate", "document"): True,
    ("navigate", "iframe"): False,
    ("no-cors", "image"): False,
    ("cors", "empty"): False,
}
SHOWS = ("OPTIONS", "GET", "POST")


def sent_by(origin, site, referer, *, cors):
    """Who sends a call, by the table: the first of Origin, Sec-Fetch-Site and Referer that is there tells it."""
    proxied = site in {"none", "same-origin"}
    told = (
        origin
        if origin is not None
        else {None: referer, "same-site": "listed"}.get(site, "own" if proxied else "foreign")
    )
    if told == "listed" and not cors:
        return "own" if proxied else "foreign"
    return told or "own"


@pytest.mark.parametrize("cors", [True, False])
def test_every_head_of_a_call_gets_its_verdict(cors):
    settings = Settings(clock=ManualClock(), mode=ClockMode.POLLS, allow_origins=[ALLOWED], cors=cors)
    app, tally, seen = build_app(settings), Counter(), []
    app.observers[:] = [type("Seen", (), {"observe": staticmethod(seen.append)})]
    for (origin, kind), site, (referer, came), (fetch, navigates), method in itertools.product(
        ORIGINS.items(), SITES, REFERERS.items(), FETCHES.items(), SHOWS
    ):
        names = "Host", "Origin", "Sec-Fetch-Site", "Referer", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Cookie"
        values = HERE, origin, site, referer, *fetch, "taskmock_session=anna"
        headers = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        if method == "OPTIONS":
            headers |= {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-mock-session"}
        seen.clear()

        answer = ask(app, target(), method=method, headers=headers)

        sender = sent_by(kind, site, came, cors=cors)
        led = navigates and method == "GET"
        admitted = sender != "foreign" or led
        shared = cors and origin is not None and sender != "foreign"
        preflight = method == "OPTIONS" and shared
        where = (method, headers)
        assert (answer.status == 403) is not admitted, where
        assert len(seen) == (admitted and not preflight), where
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if shared else None), where
        assert ("Access-Control-Allow-Credentials" in answer.headers) is shared, where
        assert ("Access-Control-Allow-Headers" in answer.headers) is preflight, where
        tally[sender, admitted, preflight] += 1
    # Each kind of verdict is among them.
    assert len(tally) == (6 if cors else 3)


def test_origin_is_read_to_the_letter(app):
    answers = {one: ask(app, target(), headers={"Host": HERE, "Origin": one}).status for one in MORE_ORIGINS}

    assert answers == {one: 200 if admitted else 403 for one, admitted in MORE_ORIGINS.items()}


def test_preflight_is_answered_by_headers_alone(app):
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-mock-session"}
    network = {"Access-Control-Request-Private-Network": "true"}

    answer = ask(app, target(), method="OPTIONS", headers={"Host": HERE, "Origin": PAGE, **asked, **network})

    assert (answer.status, answer.body, polls(app)) == (204, b"", (0, 0))
    assert answer.headers == {
        "Access-Control-Allow-Origin": PAGE,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
        "Access-Control-Allow-Headers": "content-type,x-mock-session",
        "Access-Control-Allow-Private-Network": "true",
        "Access-Control-Max-Age": "600",
        "Vary": "Origin, access-control-request-method, access-control-request-headers",
    }


def test_page_can_read_the_headers_of_a_known_call_and_of_a_refusal(app):
    sent = call(target(), headers={"Host": HERE, "Origin": PAGE})
    replies = [app.answer(sent), app.answer_inline(sent), app.refuse(413, "too large", sent)]

    for reply in replies:
        headers = dict(reply.headers)
        assert (headers["Access-Control-Allow-Origin"], headers["Vary"]) == (PAGE, "Origin")
        mocks = {name for name in headers if name.startswith("X-Mock-")}
        assert mocks <= set(headers["Access-Control-Expose-Headers"].split(", "))
        assert "X-Mock-Session" in mocks
    assert replies[0].headers[:-4] != ()
    assert "X-Mock-Link" in dict(replies[1].headers)["Access-Control-Expose-Headers"]


def test_broken_call_of_another_page_counts_nothing(app):
    reply = app.refuse(413, "too large", call(target(), method="POST", headers={"Host": HERE, "Origin": EVIL}))

    assert (reply.status, polls(app)) == (403, (0, 0))


FETCH = "and let the page call with fetch(), which tells its origin"
NO_ORIGIN = "a page without an origin of its own (a file, a sandboxed frame) may not call this mock"
MISDIRECTED = "this mock does not answer to the host shop.example"
REFUSED = [
    (
        {"Host": "shop.example"},
        f"{MISDIRECTED}; start it with --allow-host shop.example (Settings(allow_hosts=['shop.example']))",
    ),
    ({"Host": "$(rm)"}, "the host '$(rm)' cannot be one; such as localhost:8070"),
    ({"Host": HERE, "Origin": EVIL}, f"a page of {EVIL} may not call this mock; start it with {OPTION}"),
    (
        {"Host": HERE, "Referer": f"{EVIL}/a"},
        f"a page of {EVIL} may not call this mock; start it with {OPTION} {FETCH}",
    ),
    ({"Host": HERE, "Origin": "null"}, f"{NO_ORIGIN}; let http://localhost serve the page"),
]


@pytest.mark.parametrize(("headers", "message"), REFUSED, ids=str)
def test_refusal_names_the_option_in_body_log_and_health(app, caplog, headers, message):
    status = 421 if headers["Host"] != HERE else 403
    with caplog.at_level(logging.WARNING, logger="taskmock"):
        answers = [ask(app, target(), headers=headers) for _ in range(2)]

    assert [answer.status for answer in answers] == [status, status]
    assert answers[0].json["message"] == message
    line = f"refused GET /api/c/compapi/v2/sops/get_task_status/: {status}, {message}"
    assert caplog.messages == [line, line]
    error, _, allowed = message.partition("; ")
    refused = [{"status": status, "error": error, "allowed": allowed, "calls": 2}]
    assert ask(app, "/__admin/health", headers={"Host": HERE}).json["refused"] == refused


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [(PAGE, "start it without --no-cors"), (EVIL, f"start it without --no-cors and with --allow-origin {EVIL}")],
)
def test_refusal_names_the_switch(origin, allowed):
    app = build_app(Settings(clock=ManualClock(), cors=False))

    assert ask(app, target(), headers={"Host": HERE, "Origin": origin}).json["message"].endswith(f"; {allowed}")


def test_refusals_are_remembered_within_bounds():
    policy = CallerPolicy()
    app = build_app(Settings(clock=ManualClock()))
    app._callers = policy

    for number in range(60):
        ask(app, target(), headers={"Host": f"h{number}.example"})

    assert [refusal.error.rpartition(" ")[2] for refusal, _ in policy.refused()] == [
        f"h{number}.example" for number in range(40, 60)
    ]


def test_path_of_the_api_gateway_is_refused_in_its_words(app):
    answer = ask(app, "/__s/a/api/bk-sops/prod/get_task_status/10/2/", headers={"Host": HERE, "Origin": EVIL})

    assert (answer.status, json.loads(answer.body)["data"], polls(app)) == (403, None, (0, 0))
    assert OPTION in answer.headers["X-Bkapi-Error-Message"]


def test_security_page_has_the_table_of_the_reference():
    def table(path):
        lines = (ROOT / path).read_text(encoding="utf-8").split("<!-- callers -->\n")[1].split("\n")
        return list(itertools.takewhile(lambda line: line.startswith("|"), lines))

    assert len(table("SECURITY.md")) > 5
    assert table("SECURITY.md") == table("docs/reference/http.md")
