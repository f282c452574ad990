"""The server as a process of its own: ready, Ctrl-C, termination."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from taskmock.mockserver.http.listener import PortTakenError
from taskmock.mockserver.http.process import run_server

WINDOWS = sys.platform == "win32"
PROGRAM = """
import sys
from taskmock.mockserver.http.limits import Limits
from taskmock.mockserver.http.message import Reply
from taskmock.mockserver.http.process import run_server

class Gate:
    def answer_inline(self, call):
        return None if call.path == "/gate" else Reply(200, (), b"inline")

    def answer(self, call):
        print("in flight", flush=True)
        sys.stdin.readline()
        return Reply(200, (), b"answered")

    def refuse(self, status, message, call):
        return Reply(status)

run_server(
    Gate(), host="127.0.0.1", port=0, limits=Limits(drain_seconds=float(sys.argv[1])),
    on_ready=lambda host, port: print(host, port, flush=True),
)
print("stopped", flush=True)
"""


@contextlib.contextmanager
def gate_process(wire, drain_seconds):
    """The program above, its address, and two clients: one idle, one in flight."""
    flags = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if WINDOWS else {}
    command = [sys.executable, "-c", PROGRAM, str(drain_seconds)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, encoding="utf-8", **flags) as process:
        try:
            host, port = process.stdout.readline().split()
            idle, busy = wire((host, int(port))), wire((host, int(port)))
            idle.get("/inline")
            idle.answer()
            busy.get("/gate")
            assert process.stdout.readline() == "in flight\n"
            yield process, idle, busy
            idle.close()
            busy.close()
        finally:
            process.kill()


def send_signal(process, number):
    process.send_signal(signal.CTRL_BREAK_EVENT if WINDOWS else number)


@pytest.mark.parametrize("name", ["SIGINT"] if WINDOWS else ["SIGINT", "SIGTERM"])
def test_signal_stops_once_the_calls_in_flight_are_answered(wire, name):
    with gate_process(wire, 3600) as (process, idle, busy):
        send_signal(process, getattr(signal, name))
        assert idle.rest() == b""
        process.stdin.write("go on\n")
        process.stdin.flush()
        answer = busy.answer()
        output, errors = process.communicate(timeout=60)

    assert (answer.body, answer.headers["connection"]) == (b"answered", "close")
    assert (output, errors, process.returncode) == ("stopped\n", "", 0)


def test_stuck_call_does_not_keep_the_process(wire):
    with gate_process(wire, 0.1) as (process, _, busy):
        send_signal(process, signal.SIGINT)
        assert busy.rest() == b""
        assert process.stdout.readline() == "stopped\n"
        process.wait(60)

    assert process.returncode == 0


@pytest.mark.skipif(WINDOWS, reason="signals of another kind")
@pytest.mark.parametrize("loop_takes_signals", [True, False])
def test_former_signal_handlers_come_back(monkeypatch, desk, wire, loop_takes_signals):
    if not loop_takes_signals:

        def refuse(*_):
            raise NotImplementedError

        monkeypatch.setattr(asyncio.SelectorEventLoop, "add_signal_handler", refuse)
        monkeypatch.setattr(asyncio.SelectorEventLoop, "remove_signal_handler", refuse)
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    answers = []

    def use(host, port):
        client = wire((host, port))
        client.get("/a")
        answers.append(client.answer())
        os.kill(os.getpid(), signal.SIGTERM)
        answers.append(client.rest())
        client.close()

    users = []

    def on_ready(host, port):
        users.append(threading.Thread(target=use, args=(host, port)))
        users[0].start()

    run_server(desk, host="127.0.0.1", port=0, on_ready=on_ready)
    users[0].join()

    assert answers[0].status == 200
    assert answers[1] == b""
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_front_whose_readiness_fails_closes(desk):
    ports = []

    def on_ready(_host, port):
        ports.append(port)
        raise OSError("no place for the port file")

    with pytest.raises(OSError, match="no place for the port file"):
        run_server(desk, host="127.0.0.1", port=0, on_ready=on_ready)

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", ports[0]), timeout=60)


def test_taken_port_is_told_by_run_front(stand):
    ready = []

    with pytest.raises(PortTakenError, match="another program uses this port"):
        run_server(stand.desk, host="127.0.0.1", port=stand.address[1], on_ready=lambda *address: ready.append(address))

    assert ready == []
