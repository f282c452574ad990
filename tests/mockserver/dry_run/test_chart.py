"""Timelines as rows and marks, as text for any terminal, as a picture, as data."""

import json
import re
import xml.etree.ElementTree as ET

import pytest

from taskmock.mockserver.dry_run.chart.json import timeline_data
from taskmock.mockserver.dry_run.chart.looks import clipped, display_width, tick_of
from taskmock.mockserver.dry_run.chart.rows import FEW_MOMENTS, Span, fault_text, timelines
from taskmock.mockserver.dry_run.chart.svg import draw_svg
from taskmock.mockserver.dry_run.chart.text import Screen, draw_text, fitted
from taskmock.mockserver.scenarios import read_scenario
from taskmock.mockserver.scenarios.catalog import Catalog

MINE = """
format: 1
scenario: mine
edition: v2
task: {name: Release}
start: 1s
flow:
  - Prepare: 3s
  - subprocess: Roll out
    flow:
      - Copy: {attempts: [{takes: 2s, fails: full}, {takes: 2s}]}
events: [{when: Copy FAILED, after: 2s, retry: Copy}]
faults:
  - {when: Copy FAILED, http: 502}
  - {polls: [1, 2], delay: 3s}
"""


def mine(text=MINE):
    return read_scenario(text, source="mine")


def drawn(text=MINE, **screen):
    (timeline,) = timelines(mine(text))
    return draw_text(timeline, Screen(**screen))


def test_rows_are_the_nodes_with_their_states_in_time():
    (timeline,) = timelines(mine())
    rows = {row.name: row for row in timeline.rows if row.name}

    assert [(row.name, row.depth) for row in timeline.rows if row.name] == [
        ("Release", 0),
        ("Prepare", 1),
        ("Roll out", 1),
        ("Copy", 2),
    ]
    assert rows["Copy"].spans == (
        Span("RUNNING", 4000, 6000),
        Span("FAILED", 6000, 8000),
        Span("RUNNING", 8000, 10000),
        Span("FINISHED", 10000, 10500),
    )
    assert [span.state for span in rows["Release"].spans] == ["CREATED", "RUNNING", "FAILED", "RUNNING", "FINISHED"]
    assert (timeline.end, timeline.last, timeline.span, timeline.edition) == ("FINISHED", 10000, 10500, "v2")


def test_marks_are_events_and_faults():
    (timeline,) = timelines(mine())

    assert [(mark.text, mark.spans) for mark in timeline.events] == [("retry Copy", ((8000, 8000),))]
    assert [(mark.text, mark.spans) for mark in timeline.faults] == [
        ("http 502 (Copy FAILED)", ((6000, 8000),)),
        ("delay 3s (polls 1, 2)", ()),
    ]


def test_states_are_the_editions_words():
    (timeline,) = timelines(Catalog().scenario("node-suspended"), "doc-2019")

    assert {span.state for row in timeline.rows for span in row.spans} <= {
        "CREATED",
        "RUNNING",
        "SUSPENDED",
        "FINISHED",
    }


def test_text_in_plain_signs():
    lines = drawn(width=60, encoding="ascii").splitlines()

    assert all(len(line) <= 60 for line in lines)
    assert [line.split()[0] for line in lines[1:5]] == ["Release", "Prepare", "Roll", "Copy"]
    assert lines[4].endswith(" FINISHED")
    assert lines[5:] == [
        lines[5],
        "  1 at 8 s: retry Copy",
        lines[7],
        "  1: http 502 (Copy FAILED)",
        "  2: delay 3s (polls 1, 2)",
        "",
        ". CREATED  - FINISHED  = RUNNING  x FAILED",
    ]
    bars = {line[:10].strip(): line[11:51] for line in lines[1:8]}
    assert set(bars["Copy"].strip()) == {"=", "x", "-"}
    assert bars["Copy"].index("x") == bars["faults"].index("1")
    assert bars["Copy"].rindex("x") == bars["faults"].rindex("1")
    assert bars["events"].index("1") in {bars["Copy"].rindex("x"), bars["Copy"].rindex("x") + 1}


def test_text_in_full_signs():
    text = drawn(encoding="UTF-8")

    assert "· CREATED  ─ FINISHED  █ RUNNING  × FAILED" in text
    assert "\x1b" not in text


def test_text_in_colours_reads_the_same_without_them():
    coloured = drawn(colour=True)

    assert "\x1b[31m×" in coloured
    assert re.sub(r"\x1b\[[0-9]+m", "", coloured) == drawn()


@pytest.mark.parametrize("encoding", ["ascii", "gbk", "cp1252", "utf-8"])
@pytest.mark.parametrize("name", ["hostile-text", "loop-reentry", "expired", "revoked-midway", "backend-timeout"])
def test_text_fits_eighty_columns_in_every_encoding(name, encoding):
    for timeline in timelines(Catalog().scenario(name)):
        text = draw_text(timeline, Screen(encoding=encoding))

        assert text.encode(encoding)
        assert all(display_width(line) <= 80 for line in text.splitlines())
        assert all(line.isprintable() for line in text.splitlines())


def test_text_is_never_narrower_than_can_be_read():
    assert drawn(width=1) == drawn(width=40)


def test_gateways_and_events_are_drawn_on_demand():
    assert "(start)" not in drawn()
    assert drawn(every=True).count("(start)") == 2


def test_gateway_that_fails_is_drawn():
    text = drawn("format: 1\nscenario: x\nflow: [exclusive: {take: none, arms: {ok: [A: 1s]}}]\n")

    assert "(exclusive)" in text


def test_large_tasks_are_cut():
    (timeline,) = timelines(Catalog().scenario("wide-500"))
    text = draw_text(timeline, Screen())

    assert "... and 301 more nodes (--all shows them)\n" in text
    assert len(text.splitlines()) < 215
    assert len(draw_text(timeline, Screen(every=True)).splitlines()) > 500


def test_very_large_tasks_are_looked_at_a_few_times():
    (timeline,) = timelines(Catalog().scenario("big-1000"))
    starts = {span.since for row in timeline.rows for span in row.spans}

    assert len(starts) <= FEW_MOMENTS
    assert timeline.end == "FINISHED"
    assert len(timeline.rows) == 1000


def test_recorded_answers_are_drawn():
    data = {"state": "RUNNING", "children": {"a": {"name": "Copy", "state": "FAILED", "children": {}}}}
    frames = [
        {"at": "0s", "body": {"result": True, "data": {"name": "Release", **data}}},
        {"at": "4s", "body": {"result": True, "data": {"name": "Release", "state": "NEW", "children": {}}}},
        {"at": "6s", "body": {"result": True, "data": {"name": 1, "children": {"a": 2}}}},
    ]
    text = drawn(json.dumps({"format": 1, "scenario": "recorded", "edition": "v2", "frames": frames}), encoding="ascii")

    lines = text.splitlines()
    assert lines[1].startswith("Release ")
    assert lines[2].startswith("  Copy ")
    assert "o ?" in text
    assert "o NEW" in text
    assert set(lines[1].split(" ", 1)[1].split()[0]) == {"=", "o"}


def test_task_that_waits_for_its_start_is_drawn():
    (timeline,) = timelines(mine("format: 1\nscenario: x\nstart: on_request\nflow: [A: 1s]\n"))

    assert (timeline.end, timeline.assumed) == ("FINISHED", 1_000)
    assert [span.state for span in timeline.rows[0].spans] == ["CREATED", "RUNNING", "FINISHED"]


def test_scenario_of_several_tasks_has_several_timelines():
    text = "format: 1\nscenario: x\ntasks: [{id: 1, name: One, flow: [A: 1s]}, {id: 2, name: Two, flow: [B: 1s]}]\n"

    assert [timeline.rows[0].name for timeline in timelines(mine(text))] == ["One", "Two"]


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("{empty: true}", "empty"),
        ("{reset: true}", "reset at once"),
        ("{reset: 9}", "reset 9"),
        ("{delay: [1s, 2s]}", "delay 1s to 2s"),
        ("{drip: {bytes: 5, every: 1s}, from: 1s, to: 2s}", "drip bytes 5, every 1s (from 1s, to 2s)"),
        ("{envelope: {code: 7, message: no}, answers: 1}", "envelope 7: no (1 answer)"),
        ("{stale: {for: 10s, workers: 2}, answers: 2}", "stale for 10s, workers 2 (2 answers)"),
        ("{rate_limit: {limit: 5, reset: 1m}, chance: 0.5}", "rate_limit limit 5, reset 1m (chance 0.5)"),
        ("{break: {node: task, drop: id}, when: task RUNNING}", "break node task, drop id (task RUNNING)"),
        ("{http: 502, polls: [3]}", "http 502 (poll 3)"),
    ],
)
def test_fault_is_said_in_a_few_words(fault, text):
    scenario = mine(f"format: 1\nscenario: x\nflow: [A: 1s]\nfaults: [{fault}]\n")

    assert fault_text(scenario.plays[0].faults[0]) == text


@pytest.mark.parametrize(
    ("span", "most", "tick"),
    [(10_000, 5, 2_000), (1_000, 1, 1_000), (9, 3, 5), (60_000, 7, 10_000), (10**13, 2, 10**13)],
)
def test_ticks_are_round(span, most, tick):
    assert tick_of(span, most=most) == tick


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("汉字", 4), ("e\u0301", 1), ("", 0)])
def test_width_counts_columns(text, width):
    assert display_width(text) == width


@pytest.mark.parametrize(
    ("text", "width", "cut"),
    [("abcdef", 6, "abcdef"), ("abcdefg", 6, "abc..."), ("汉字汉字", 7, "汉字..."), ("汉字汉", 5, "汉...")],
)
def test_long_text_is_cut_to_columns(text, width, cut):
    assert clipped(text, width) == cut
    assert display_width(fitted(text, width)) == width


# -- picture and data


@pytest.mark.parametrize("name", ["hostile-text", "stale-answers", "failed-then-retried", "backend-timeout"])
def test_picture_is_sound_xml_with_every_row(name):
    scenario = Catalog().scenario(name)
    drawn = timelines(scenario)

    root = ET.fromstring(draw_svg(scenario.title, drawn))

    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == scenario.title
    assert len(texts) > len(drawn[0].drawn(every=False)[0])
    assert root.get("width") == "960"


def test_picture_has_boxes_with_what_they_mean():
    svg = draw_svg("Mine", timelines(mine()), width=400)

    assert "<title>Copy: FAILED from 6 s to 8 s</title>" in svg
    assert "<title>retry Copy at 8 s</title>" in svg
    assert "<title>http 502 (Copy FAILED)</title>" in svg
    assert 'width="400"' in svg


def test_picture_of_an_unknown_state_is_grey():
    body = {"result": True, "data": {"state": "NEW", "children": {}}}
    text = json.dumps({"format": 1, "scenario": "x", "edition": "v2", "frames": [{"at": "0s", "body": body}]})

    assert 'fill="#8c959f"><title>task: NEW from 0 s to 0.5 s</title>' in draw_svg("X", timelines(mine(text)))


def test_picture_shows_gateways_and_events_on_demand():
    drawn = timelines(Catalog().scenario("wide-500"))

    assert "(start)" not in draw_svg("X", drawn)
    assert "... and 301 more nodes (--all shows them)" in draw_svg("X", drawn)
    assert "(start)" in draw_svg("X", drawn, every=True)


def test_narrow_picture_breaks_its_legend():
    assert 'width="320"' in draw_svg("X", timelines(Catalog().scenario("node-suspended")), width=1)


def test_data_has_seconds():
    scenario = mine()

    (task,) = timeline_data(scenario, timelines(scenario))["tasks"]

    assert (task["edition"], task["ends"], task["seconds"]) == ("v2", "FINISHED", 10.0)
    assert task["events"] == [{"text": "retry Copy", "at": 8.0}]
    assert task["faults"][0] == {"text": "http 502 (Copy FAILED)", "spans": [{"from": 6.0, "to": 8.0}]}
    (copy,) = [row for row in task["rows"] if row["name"] == "Copy"]
    assert copy["spans"][-1] == {"state": "FINISHED", "from": 10.0, "to": None}
    assert (copy["kind"], copy["depth"]) == ("activity", 2)
