"""The HTML page: the tree with its states and findings, nothing from outside, and quick in a browser."""

import html
import re

import pytest

from support.browser import document_of
from support.example_reports import HOSTILE, bodies, judged
from support.growth import growth
from taskmock.contracts import Contract, Violation
from taskmock.contracts.findings.cause import Cause
from taskmock.contracts.selftest.documents import documents
from taskmock.contracts.writers import html_report
from taskmock.contracts.writers.outline import DRAWN, outline

FINDINGS = sum(len(report.violations) for _, report in judged())
REQUEST = "GET page.example/report.html"
FOLD = """<script>
const changes = new MutationObserver(() => {});
changes.observe(document.body, {attributes: true, childList: true, subtree: true});
document.querySelector("button.fold").click();
document.title = [changes.takeRecords().length, document.querySelectorAll(".node[hidden]").length].join(" ");
</script>"""


def big(nodes):
    """An answer with some nodes, most of them at the second level, every tenth with a fault."""
    body = documents("v2")["a finished task"]
    [inner] = [child for child in body["data"]["children"].values() if child["children"]]
    leaf = next(iter(inner["children"].values()))
    for number in range(nodes - 6):
        key = f"n{number:030x}f"
        inner["children"][key] = {**leaf, "id": key, "name": f"Step {number}", "retry": -1 if number % 10 == 0 else 0}
    return body


def page_of(body):
    return html_report([("answer.json", Contract("v2").check_response(body))], bodies=[body])


def rows(text):
    """The rows of a page: depth, state, name and the codes of the findings."""
    found = re.findall(r'<div class="node" [^>]*data-depth="(\d+)">(.*)</div>$', text, re.MULTILINE)
    for depth, inner in found:
        state, name = re.search(
            r'<span class="state [^"]*">(.*?)</span><span class="name">(.*?)</span>', inner
        ).groups()
        yield int(depth), state, html.unescape(name), re.findall("<strong>(.*?)</strong>", inner)


def test_page_shows_every_node_with_depth_state_and_its_findings():
    body = documents("v2")["a failed task"]
    first, second = body["data"]["children"].values()
    second["retry"] = -1
    first["state"] = "DONE"

    assert list(rows(page_of(body))) == [
        (0, "FAILED", "Release", []),
        (1, "DONE", "Step 1", ["state.unknown"]),
        (1, "FAILED", "Step 2", ["field.range"]),
    ]


def test_page_colours_states_by_class():
    text = page_of(documents("v2")["a task with a paused node"])

    assert re.findall('class="state ([A-Z_]+)"', text) == ["NODE_SUSPENDED", "FINISHED", "NODE_SUSPENDED", "SUSPENDED"]


@pytest.mark.parametrize("state", ["DONE", 'x" onclick="y', None, {}])
def test_unknown_states_have_one_class(state):
    body = documents("v2")["a failed task"]
    body["data"]["state"] = state

    assert 'class="state unknown"' in page_of(body)


def test_findings_at_no_node_stand_above_the_tree():
    body = {**documents("v2")["a failed task"], "code": "0"}

    text = page_of(body)

    assert text.index("envelope.type") < text.index('<div class="tree">')


def test_page_without_bodies_shows_all_findings():
    assert html_report(judged()).count('<div class="finding ') == FINDINGS


def test_page_names_nobody_else():
    text = html_report(judged(), bodies=[*bodies().values()])

    assert set(re.findall(r'\b(?:href|src|action|data)="([^"]*)"', text)) == {
        "data:,",
        *(f"#r{n}" for n in range(len(judged()))),
    }
    assert not re.search(r"url\(|@import|<img|<iframe|<object|<form", text)
    assert "default-src 'none'" in text


def test_names_never_become_markup():
    text = html_report(judged(), bodies=[*bodies().values()])

    assert "alert(1)</script>" not in text
    assert [name for name in HOSTILE if name.isprintable()][1] in text


def causes(violations):
    return [Cause((found,)) for found in violations]


def test_tree_beyond_what_is_drawn_keeps_its_findings():
    body = big(100)

    tree = outline(body, causes(Contract("v2").check_response(body).violations), most_rows=20)

    assert [row.causes[0].first.code for row in tree.rows if row.causes].count("field.range") == 10
    assert (len(tree.rows), tree.hidden) == (28, 72)


def test_page_says_how_many_nodes_it_does_not_draw():
    text = page_of(big(DRAWN + 1000))

    hidden = DRAWN + 1000 - len(list(rows(text)))
    assert 0 < hidden < 1000
    assert f"... and {hidden:,} more nodes without findings" in text


def test_places_beyond_what_is_kept_lead_to_a_node_above():
    wrong = Violation("a.b", "/data/children/x/retry", "X", "wrong")

    tree = outline(documents("v2")["a failed task"], causes([wrong]), most_characters=1)

    assert [[found.first.code for found in row.causes] for row in tree.rows] == [["a.b"]]


def test_history_is_drawn_as_its_last_answer():
    first, last = documents("v2")["a running task"], documents("v2")["a finished task"]

    assert outline([first, last], []).rows == outline(last, []).rows


def test_page_opens_in_a_browser_and_asks_nobody(tmp_path):
    reports = judged()

    document, requests = document_of(html_report(reports, bodies=[*bodies().values()]), tmp_path)

    assert requests == [REQUEST]
    assert document.count('<div class="finding ') == FINDINGS
    assert "<h2>request.json</h2>" in document


def test_request_of_a_page_is_seen(tmp_path):
    _, requests = document_of("<img src='http://elsewhere.example/x.png'>", tmp_path)

    assert "GET elsewhere.example/x.png" in requests


def test_page_of_1000_nodes_is_folded_with_one_change_a_node(tmp_path):
    page = re.sub("<meta http-equiv.*?>", "", page_of(big(1000))).replace("</body>", f"{FOLD}</body>")

    document, _ = document_of(page, tmp_path)

    changed, hidden = map(int, re.search("<title>(.*?)</title>", document)[1].split())
    assert hidden == 999
    assert 999 <= changed < 1100


def test_page_is_written_in_proportion_to_its_nodes():
    def write(nodes):
        body = big(nodes)
        report = Contract("v2").check_response(body)
        return lambda: html_report([("x", report)], bodies=[body])

    assert growth(write(250), write(1000), runs=3) < 12  # four times in proportion, 16 where it grows with the square
