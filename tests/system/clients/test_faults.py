"""Each fault of the reference is what real clients meet, for as long as it is bound, in one session alone."""

import concurrent.futures
import re
import shutil
import sys

import pytest

from support.clients_compared import CLIENTS
from support.mock_calls import poll, send, status_of
from support.places import ROOT
from taskmock.mockserver.clock import ManualClock
from taskmock.mockserver.core.fault import FaultKind
from taskmock.mockserver.scenarios import read_scenario
from taskmock.mockserver.server.mock_server import MockServer

PAGE = ROOT / "docs" / "reference" / "faults.md"
TEXT = """\
format: 1
scenario: failing
edition: v2
flow: [Copy: {takes: 50s, fails: disk full}]
faults:
  - {answers: 4, FAULT}
"""


def rows():
    """The fault and what each client meets, row by row."""
    table = PAGE.read_text(encoding="utf-8").partition("<!-- faults -->\n")[2].partition("\n\n")[0]
    for line in table.splitlines()[2:]:
        fault, _, *met = (cell.strip() for cell in line.strip("|").split(" | "))
        yield fault.strip("`"), tuple(met)


@pytest.mark.skipif(sys.platform != "linux", reason="the page says what is met on Linux")
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(("fault", "met"), list(rows()), ids=[fault for fault, _ in rows()])
def test_fault_is_what_its_page_says(fault, met):
    clock = ManualClock()
    patience = 0.5 if "3s" in fault else 60.0
    with MockServer(read_scenario(TEXT.replace("FAULT", fault), source="t"), clock=clock) as server:
        session, other = server.session("anna"), server.session("bob")
        session.play()
        clock.set(50.5)
        with concurrent.futures.ThreadPoolExecutor(len(CLIENTS)) as threads:
            found = tuple(threads.map(lambda client: client(session.url, patience), CLIENTS))

        assert found == met
        assert poll(session.url)["state"] == "FAILED"  # four answers, and it is over
        assert {fault for call in session.requests()[:4] for fault in call.faults} == {fault.partition(":")[0]}
        assert send(other.url, "/__admin/sessions/bob").json["tasks"] == []


def test_page_has_each_kind_of_fault():
    kinds = {fault.partition(":")[0] for fault, _ in rows()}

    assert kinds == {kind.value for kind in FaultKind}


def test_stale_answer_is_the_one_of_up_to_ten_seconds_ago():
    clock = ManualClock()
    with MockServer(read_scenario(TEXT.replace("FAULT", "stale: {for: 10s}"), source="t"), clock=clock) as server:
        server.play()
        shown = []
        for second in range(49, 62):
            clock.set(second)
            shown.append(send(server.url, status_of()).json["data"]["elapsed_time"])

    assert all(second - 10 <= elapsed <= second for second, elapsed in zip(range(49, 53), shown, strict=False))
    assert len(set(shown[:4])) <= 2


def test_page_names_all_clients_that_the_test_has():
    head = re.search(r"^\| fault \|.*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert head is not None
    assert head[0].count("|") == len(CLIENTS) + 3
