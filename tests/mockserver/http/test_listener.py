"""Where the server listens, and what it says when it cannot."""

from __future__ import annotations

import errno
import socket

import pytest

from taskmock.mockserver.http.listener import BindError, PortTakenError, open_listeners
from taskmock.mockserver.http.thread import ServerThread


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.fixture
def opened():
    """Collects listeners and closes them."""
    sockets = []
    yield sockets
    for each in sockets:
        each.close()


def test_port_0_takes_a_free_port(stand):
    host, port = stand.address

    assert (host, port > 0) == ("127.0.0.1", True)
    assert stand.is_answering()


def test_taken_port_is_one_clear_line(stand):
    port = stand.address[1]

    with pytest.raises(PortTakenError) as caught:
        ServerThread(stand.desk).start("127.0.0.1", port)

    assert str(caught.value) == (
        f"cannot listen on 127.0.0.1 port {port}: another program uses this port; "
        "choose another one (0 takes any free port)"
    )
    assert (caught.value.host, caught.value.port) == ("127.0.0.1", port)
    assert stand.is_answering()


def test_port_is_free_again_after_the_stop(stand):
    host, port = stand.address
    client = stand.connect()
    client.get("/a")
    client.answer()
    stand.thread.stop()

    assert stand.thread.start(host, port) == (host, port)


@pytest.mark.parametrize("port", [-1, 65536])
def test_port_out_of_range_is_a_bind_error(port):
    with pytest.raises(BindError) as caught:
        open_listeners("127.0.0.1", port)

    assert str(caught.value) == f"cannot listen on 127.0.0.1 port {port}: a port is a number from 0 to 65535"


@pytest.mark.parametrize("host", ["host.invalid", "a" * 70 + ".invalid", "not a host"])
def test_unknown_host_is_a_bind_error(host):
    with pytest.raises(BindError, match="no such host") as caught:
        open_listeners(host, 0)

    assert not isinstance(caught.value, PortTakenError)


def test_address_of_another_machine_is_a_bind_error():
    with pytest.raises(BindError, match=r"^cannot listen on 192\.0\.2\.1 port 0: .*address"):
        open_listeners("192.0.2.1", 0)


def test_error_without_a_number_keeps_its_text(monkeypatch):
    def refuse(family, kind):
        raise OSError("no sockets today")

    monkeypatch.setattr(socket, "socket", refuse)

    with pytest.raises(BindError, match=r"^cannot listen on 127\.0\.0\.1 port 0: no sockets today$"):
        open_listeners("127.0.0.1", 0)


@pytest.mark.skipif(not has_ipv6(), reason="needs IPv6")
def test_ipv6_host_works(open_stand):
    stand = open_stand(host="::1")

    assert stand.address[0] == "::1"
    assert stand.is_answering()
    assert stand.desk.calls[0].client == "::1"


@pytest.mark.skipif(not has_ipv6(), reason="needs IPv6")
def test_every_address_of_a_name_gets_the_same_port(monkeypatch, opened):
    both = [(socket.AF_INET6, ("::1", 0, 0, 0)), (socket.AF_INET, ("127.0.0.1", 0))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(f, socket.SOCK_STREAM, 6, "", a) for f, a in both])

    opened.extend(open_listeners("localhost", 0))

    assert [each.getsockname()[0] for each in opened] == ["127.0.0.1", "::1"]
    assert len({each.getsockname()[1] for each in opened}) == 1


def test_taken_further_address_leaves_nothing_open(monkeypatch):
    both = [("127.0.0.1", 0), ("0.0.0.0", 0)]  # the second one takes in the first
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(socket.AF_INET, 1, 6, "", each) for each in both])

    with pytest.raises(PortTakenError) as caught:
        open_listeners("name", 0)

    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", caught.value.port)) == errno.ECONNREFUSED


def test_further_address_that_does_not_exist_here_is_left_out(monkeypatch, opened):
    both = [("127.0.0.1", 0), ("192.0.2.1", 0)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(socket.AF_INET, 1, 6, "", each) for each in both])

    opened.extend(open_listeners("name", 0))

    assert [each.getsockname()[0] for each in opened] == ["127.0.0.1"]
