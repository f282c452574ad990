"""How a server is asked: paths, places of parameters and credentials, TLS, and what cannot be asked at all."""

import json
import re
import socket
import ssl
import threading
from urllib.parse import parse_qs, urlsplit

import pytest

from support.places import DATA
from support.raw_server import RawServer, raw_server
from support.verify_runs import verify
from taskmock.contracts import verify as package
from taskmock.contracts.verify import Credentials, Plan, Target, TargetError, Tls
from taskmock.contracts.verify import verify as verified
from taskmock.contracts.verify.credentials import PLACEHOLDERS
from taskmock.contracts.verify.transport.proxy import ProxyError, is_local, proxy_for

TLS = DATA / "tls"
SOMEBODY = Credentials(bk_app_code="app", bk_app_secret="a-long-secret", bk_token="a-long-token")
SOPS = "/api/c/compapi/v2/sops/get_task_status/"


def call(url, parameters=None, **changed):
    target = Target(url, **{"credentials": SOMEBODY, **changed})
    return target.call("get_task_status", parameters or {"task_id": "10", "bk_biz_id": "2"})


@pytest.mark.parametrize(
    ("base", "gateway", "path"),
    [
        ("http://h", "esb", SOPS),
        ("http://h/__s/team-a/", "esb", f"/__s/team-a{SOPS}"),
        ("https://h:8443/x", "apigw", "/x/api/bk-sops/prod/get_task_status/10/2/"),
        ("https://h/api/bk-sops/", "apigw", "/api/bk-sops/prod/get_task_status/10/2/"),
        ("https://bk-sops.apigw.example.com", "apigw", "/prod/get_task_status/10/2/"),
    ],
)
def test_call_goes_to_the_path_of_its_gateway(base, gateway, path):
    parts = urlsplit(call(base, gateway=gateway).url)

    assert (parts.path, parts.netloc) == (path, urlsplit(base).netloc)


def test_credentials_stand_in_the_header():
    made = call("http://h")
    headers = dict(made.headers)

    assert json.loads(headers["X-Bkapi-Authorization"]) == {
        "bk_app_code": "app",
        "bk_app_secret": "a-long-secret",
        "bk_token": "a-long-token",
    }
    assert parse_qs(urlsplit(made.url).query) == {"task_id": ["10"], "bk_biz_id": ["2"]}


@pytest.mark.parametrize(("gateway", "place"), [("esb", "query"), ("esb-legacy", None)])
def test_credentials_stand_in_the_query(gateway, place):
    made = call("http://h", gateway=gateway, place=place)

    assert "X-Bkapi-Authorization" not in dict(made.headers)
    assert parse_qs(urlsplit(made.url).query) == {
        "task_id": ["10"],
        "bk_biz_id": ["2"],
        "bk_app_code": ["app"],
        "bk_app_secret": ["a-long-secret"],
        "bk_token": ["a-long-token"],
    }


def test_access_token_stands_alone():
    made = call("http://h", credentials=Credentials("app", "secret", access_token="a-long-access-token"))

    assert json.loads(dict(made.headers)["X-Bkapi-Authorization"]) == {"access_token": "a-long-access-token"}


def test_server_on_this_machine_is_asked_with_placeholders():
    made = Target("http://localhost:1").call("get_task_status", {"task_id": "10", "bk_biz_id": "2"})

    assert json.loads(dict(made.headers)["X-Bkapi-Authorization"]) == PLACEHOLDERS.fields


def test_parameters_and_headers_go_along():
    made = call(
        "http://h",
        {"task_id": "10", "bk_biz_id": "2", "with_ex_data": True},
        gateway="apigw",
        headers=(("X-Mock-Session", "a"), ("user-agent", "mine")),
    )

    assert urlsplit(made.url).query == "with_ex_data=True"
    assert [value for name, value in made.headers if name.lower() == "user-agent"] == ["mine"]
    assert ("X-Mock-Session", "a") in made.headers


def test_operation_that_writes_says_all_in_its_body():
    made = Target("http://h", credentials=SOMEBODY, place="query").call("start_task", {"task_id": 10, "bk_biz_id": 2})

    assert (made.method, made.writes, urlsplit(made.url).query) == ("POST", True, "")
    assert json.loads(made.body or b"") == {"task_id": 10, "bk_biz_id": 2, **SOMEBODY.fields}


def test_secrets_are_not_shown():
    target = Target("http://h", credentials=Credentials("app", "s3cret-1", "s3cret-2", access_token="s3cret-3"))

    assert "s3cret" not in f"{target!r} {target.call('get_task_status', {'task_id': 1})!r}"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("localhost:8070", "'localhost:8070' is no URL that begins with http:// or https:// and a host; did you mean "),
        ("ftp://h", "'ftp://h' is no URL that begins with http:// or https:// and a host"),
        ("http://", "'http://' is no URL that begins with http:// or https:// and a host"),
        ("http://h:99999", "'http://h:99999' is no URL: Port out of range 0-65535"),
        ("http://[::1", "'http://[::1' is no URL: Invalid IPv6 URL"),
        ("http://a:b@h", "a URL with a user or a password in it is not used: give credentials by the environment"),
        ("http://h/?x=1", "'http://h/': the base of a server has no query and no fragment"),
        ("http://h/ä", "'http://h/ä': percent-encode what is not ASCII (host names: in punycode)"),
        ("http://h/a b", "'http://h/a b': percent-encode what is not ASCII (host names: in punycode)"),
    ],
)
def test_url_that_is_none_is_refused(url, message):
    with pytest.raises(TargetError, match=re.escape(message)):
        Target(url, credentials=SOMEBODY)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"gateway": "esbb"}, "unknown gateway 'esbb': choose one of esb, esb-legacy, apigw; did you mean 'esb'?"),
        (
            {"gateway": "apigw", "place": "query"},
            "the API gateway takes credentials in the header only, not in the query",
        ),
        ({"credentials": None}, "http://h is not on this machine: it needs credentials"),
        ({"timeout": 0}, "a time-out is longer than 0 s and at most 86,400 s, not 0"),
        ({"url": "http://h:"}, "'http://h:' has a colon and no port behind it"),
        ({"headers": (("a b", "c"),)}, "'a b' is no name of a header"),
        ({"headers": (("a", "b\r\nc"),)}, "the header a: its value must be printable Latin-1 text"),
        ({"headers": (("a", "汉"),)}, "the header a: its value must be printable Latin-1 text"),
        (
            {"headers": (("X-Bkapi-Authorization", "{}"),)},
            "the header X-Bkapi-Authorization is written by taskmock itself",
        ),
    ],
)
def test_target_that_cannot_be_is_refused(changed, message):
    with pytest.raises(TargetError) as caught:
        Target(**{"url": "http://h", "credentials": SOMEBODY, **changed})

    assert str(caught.value) == message


def test_api_gateway_takes_numbers_only():
    with pytest.raises(TargetError) as caught:
        call("http://h", {"task_id": "n1", "bk_biz_id": "2"}, gateway="apigw")

    assert str(caught.value) == "the API gateway takes numbers only: task_id is 'n1'"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]"])
def test_host_is_this_machine(host):
    assert is_local(host)


@pytest.mark.parametrize("host", ["localhost.example.com", "10.0.0.1", "0.0.0.0", "example.com", "", "::2"])
def test_host_is_another_machine(host):
    assert not is_local(host)


# -- proxies


@pytest.fixture
def proxies(monkeypatch):
    """Sets the proxies of the environment, and no others."""

    def setting(**variables):
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
            for variable in (name, name.lower()):
                monkeypatch.delenv(variable, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return setting


def test_proxy_of_the_environment_is_asked_with_the_whole_url(proxies):
    with raw_server(lambda line: line.answer()) as server:
        proxies(http_proxy=f"http://us%40er:p%3Aw@127.0.0.1:{server.port}")
        (found,) = verified(Target("http://example.invalid/x", credentials=SOMEBODY), ["10"])
        (line,) = server.lines

    assert found.ok
    assert line.target.startswith(f"http://example.invalid/x{SOPS}?")
    assert line.headers()["host"] == "example.invalid"


def test_proxy_is_asked_for_a_tunnel_to_a_secure_server(proxies):
    with raw_server(lambda line: line.send(b"HTTP/1.1 403 Forbidden\r\n\r\n")) as server:
        proxies(https_proxy=f"http://user:pw@127.0.0.1:{server.port}")
        file = {"TASKMOCK_ACCESS_TOKEN": "a-long-token", "https_proxy": f"http://user:pw@127.0.0.1:{server.port}"}
        ended = verify("https://example.invalid", "--task-id", "10", **file)
        (line,) = server.lines

    assert line.request.startswith(b"CONNECT example.invalid:443 HTTP/1.")
    assert line.headers()["proxy-authorization"] == "Basic dXNlcjpwdw=="
    assert (ended.exit_code, ended.stderr) == (
        3,
        "Error: cannot reach example.invalid: Tunnel connection failed: 403 Forbidden\n",
    )


def test_server_on_this_machine_is_asked_without_a_proxy(proxies):
    proxies(http_proxy="http://127.0.0.1:1", all_proxy="http://127.0.0.1:1")

    assert proxy_for("http", "localhost") is None


@pytest.mark.parametrize("excluded", ["example.com", ".example.com", "*"])
def test_host_without_a_proxy_is_asked_directly(proxies, excluded):
    proxies(http_proxy="http://127.0.0.1:1", no_proxy=excluded)

    assert proxy_for("http", "www.example.com") is None


@pytest.mark.parametrize(
    ("proxy", "message"),
    [
        ("socks5://127.0.0.1:1", "the proxy for http is a socks5:// one, only http:// ones can be used"),
        ("http://127.0.0.1:x", "the proxy for http has no usable address"),
    ],
)
def test_proxy_that_cannot_be_used_is_named(proxies, proxy, message):
    proxies(http_proxy=proxy)

    with pytest.raises(ProxyError) as caught:
        proxy_for("http", "example.com")

    assert str(caught.value) == message


# -- TLS


@pytest.fixture
def secure(request):
    """Starts a server with TLS that answers well; it may demand a certificate of the client."""
    servers = []

    def starting(*, demands=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(TLS / "localhost.pem")
        if demands:
            context.load_verify_locations(TLS / "authority.pem")
            context.verify_mode = ssl.CERT_REQUIRED

        def behave(line):
            line.connection = context.wrap_socket(line.connection, server_side=True)
            line.read_request()
            line.answer()

        servers.append(RawServer(behave))
        return f"https://localhost:{servers[-1].port}"

    yield starting
    for server in servers:
        server.close()


def test_server_with_a_known_authority_is_trusted(secure):
    ended = verify(secure(), "--task-id", "10", "--ca-file", str(TLS / "authority.pem"))

    assert ended.exit_code == 0


def test_server_with_an_unknown_authority_is_not_trusted(secure):
    url = secure()

    ended = verify(url, "--task-id", "10")

    assert ended.exit_code == 3
    assert ended.stderr.startswith(f"Error: cannot reach {urlsplit(url).netloc}: its certificate is not trusted: ")


def test_any_certificate_is_good_where_somebody_says_so(secure):
    assert verify(secure(), "--task-id", "10", "--insecure").exit_code == 0


def test_client_shows_its_certificate(secure):
    url, trusted = secure(demands=True), ("--ca-file", str(TLS / "authority.pem"))

    assert verify(url, "--task-id", "10", *trusted).exit_code != 0
    assert verify(url, "--task-id", "10", *trusted, "--client-cert", str(TLS / "localhost.pem")).exit_code == 0


@pytest.mark.parametrize(
    ("option", "said"), [("--ca-file", "cannot use the certificates in"), ("--client-cert", "cannot use the client's")]
)
@pytest.mark.parametrize("content", [None, "no PEM"])
def test_certificate_that_cannot_be_used_is_named(tmp_path, option, said, content):
    file = tmp_path / "file.pem"
    if content is not None:
        file.write_text(content, encoding="ascii")

    ended = verify("https://localhost:1", "--task-id", "10", option, str(file))

    assert ended.exit_code == 2
    assert f"Error: {said}" in ended.stderr
    assert str(file) in ended.stderr


# -- servers that cannot be reached


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_refused_connection_ends_the_run():
    port = closed_port()

    ended = verify(f"http://127.0.0.1:{port}", "--task-id", "10", "--polls", "5")

    assert (ended.exit_code, ended.stdout) == (3, "")
    assert ended.stderr == f"Error: cannot reach 127.0.0.1:{port}: it refuses connections\n"


def test_unknown_name_ends_the_run(monkeypatch):
    def refuse(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    ended = verify("http://nowhere.example.com", "--task-id", "10", TASKMOCK_ACCESS_TOKEN="a-long-token")

    assert ended.exit_code == 3
    assert ended.stderr == "Error: cannot reach nowhere.example.com: its name cannot be resolved\n"


def test_resolver_that_hangs_ends_the_run_in_time(monkeypatch):
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: over.wait(60))

    ended = verify("http://nowhere.example.com", "--task-id", "10", "--timeout", "0.2", TASKMOCK_ACCESS_TOKEN="a-token")
    over.set()

    assert ended.exit_code == 3
    assert ended.stderr == "Error: cannot reach nowhere.example.com: no connection within 0.2 s\n"


def test_name_that_no_host_can_have_ends_the_run():
    ended = verify(f"http://{'a' * 64}.example.com", "--task-id", "10", TASKMOCK_ACCESS_TOKEN="a-long-token")

    assert ended.exit_code == 3
    assert "its name " in ended.stderr


def test_server_without_tls_cannot_be_reached_with_it():
    server = RawServer(lambda line: line.connection.recv(1) and line.answer())
    try:
        ended = verify(f"https://127.0.0.1:{server.port}", "--task-id", "10")
    finally:
        server.close()

    assert ended.exit_code == 3
    assert f"cannot reach 127.0.0.1:{server.port}: TLS failed: " in ended.stderr
    assert ended.stderr.rstrip().endswith(" (does it speak plain http?)")


def test_handshake_that_hangs_ends_the_run_in_time():
    server = RawServer(lambda line: line.hold())
    try:
        ended = verify(f"https://127.0.0.1:{server.port}", "--task-id", "10", "--timeout", "0.3")
    finally:
        server.close()

    assert ended.exit_code == 3
    assert f"cannot reach 127.0.0.1:{server.port}: " in ended.stderr


def test_run_of_several_tasks_ends_at_once_where_nobody_is():
    target = Target(f"http://127.0.0.1:{closed_port()}")

    with pytest.raises(Exception, match="it refuses connections"):
        verified(target, [str(number) for number in range(20)], plan=Plan(5, interval=60, rate=None))


def test_tls_settings_are_read_once():
    with pytest.raises(ValueError, match=r"^cannot use the certificates in nowhere\.pem: "):
        Target("https://localhost:1", tls=Tls(ca_file="nowhere.pem")).client()


# -- the package


def test_public_names_are_there():
    assert {name: getattr(package, name) for name in dir(package)}.keys() == set(package.__all__)


def test_other_names_are_not():
    with pytest.raises(AttributeError, match=r"^module 'taskmock\.contracts\.verify' has no attribute 'verfy'$"):
        _ = package.verfy


@pytest.mark.parametrize(
    ("url", "server", "said"),
    [
        (f"http://h{SOPS}?bk_token=a-long-token&bk_biz_id=2&task_id=10", "http://h", "esb, task-id 10, bk-biz-id 2"),
        (f"http://h/__s/a{SOPS}", "http://h/__s/a", "esb"),
        ("http://h/api/c/compapi/v2/sops", "http://h", "esb"),
        ("https://h/api/c/compapi/sops/get_task_detail/?task_id=7", "https://h", "esb, task-id 7"),
        (
            "https://h:8443/x/api/bk-sops/stag/get_task_status/10/3/?with_ex_data=1",
            "https://h:8443/x",
            "apigw, stage stag, task-id 10, bk-biz-id 3",
        ),
        (
            "https://h/api/bk-sops/prod/system/get_task_node_data/3/10/",
            "https://h",
            "apigw, stage prod, task-id 10, bk-biz-id 3",
        ),
        ("https://h/api/bk-sops/prod/", "https://h", "apigw, stage prod"),
        (
            "https://bk-sops.example.com/prod/get_task_status/10/2/",
            "https://bk-sops.example.com",
            "apigw, stage prod, task-id 10, bk-biz-id 2",
        ),
    ],
)
def test_url_of_a_call_is_taken_apart(url, server, said):
    with pytest.raises(TargetError) as caught:
        call(url)

    shown = url.partition("?")[0]
    told = f"give {server!r}, and apart from it gateway {said}"
    assert str(caught.value) == f"{shown!r} is the URL of a call, not of a server: {told}"


def test_query_of_a_url_is_not_shown():
    with pytest.raises(TargetError) as caught:
        call("http://h/x?bk_token=a-long-token#there")

    assert str(caught.value) == "'http://h/x': the base of a server has no query and no fragment"
