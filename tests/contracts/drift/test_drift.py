"""Drift of recorded answers from an edition."""

import html
import json
import re

import pytest
from click.testing import CliRunner

from support import captures as capture_files
from taskmock.contracts import Contract
from taskmock.contracts.api.bk_sops.overlay_file import checked_overlay
from taskmock.contracts.cli.drift import drift_command
from taskmock.contracts.drift import Census, findings_of
from taskmock.contracts.drift.report import overlay_text
from taskmock.contracts.drift.suggestion import overlay_documents
from taskmock.contracts.writers import FORMATS
from taskmock.schemas import EDITIONS, load_example

CAPTURES = capture_files.captures()
EVERYWHERE = {"elapsed_time", "error_ignorable", "error_ignored"}
ON_DEMAND = {"v1": frozenset(), "v2": {"ex_data", "failed_node_info", "auto_retry_status"}}
OWN = {"v1": {"state_refresh_at"}, "v2": {"root_id:", "parent_id"}}
STATES = {
    "v1": {"task": {"BLOCKED", "READY"}, "node": {"READY"}},
    "v2": {"task": {"NODE_SUSPENDED", "ROLLING_BACK"}, "node": {"READY", "LOOP_READY", "ROLL_BACK_SUCCESS"}},
}


def census_of(bodies, edition="auto"):
    """The census of some decoded answers."""
    census = Census(edition)
    for body in bodies:
        census.add(body)
    return census


def of_engine(*editions):
    """The captures of some editions."""
    return [capture.body for capture in CAPTURES if capture.edition in editions]


def drifted(bodies, edition="auto"):
    """What has drifted as (shape, kind, field, found)."""
    return {(f.shape, f.kind.value, f.field, f.found) for f in findings_of(census_of(bodies, edition))}


def fields(found, kind, shape):
    """The fields with a kind of finding in a kind of object."""
    return {field for where, what, field, _ in found if (where, what) == (shape, kind)}


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_document_has_drifted_by_exactly_the_known_additions(edition):
    found = drifted(of_engine(edition), "doc-2019")

    assert fields(found, "new-field", "task") == EVERYWHERE | ON_DEMAND[edition] | OWN[edition]
    assert fields(found, "new-field", "node") == EVERYWHERE | OWN[edition]
    assert fields(found, "new-field", "created") == {"elapsed_time"}
    assert fields(found, "never-seen", "created") == {"id", "loop", "version"}
    assert fields(found, "changed-type", "created") == {"skip", "start_time", "finish_time"}
    for shape in ("task", "node"):
        (values,) = [each for where, kind, _, each in found if (where, kind) == (shape, "new-value")] or [()]
        assert {value.strip('"') for value in values} == STATES[edition][shape]
        assert fields(found, "never-seen", shape) == fields(found, "sometimes-missing", shape) == set()
        assert fields(found, "changed-type", shape) <= {"start_time", "finish_time"}
        assert fields(found, "changed-form", shape) == ({"version"} if edition == "v2" else set())
    assert {shape for shape, *_ in found} == {"task", "node", "created"} | ({"expired"} if edition == "v2" else set())


def test_expired_body_lacks_what_the_document_has():
    found = drifted([load_example("v2", "expired")], "doc-2019")

    gone = {"id", "loop", "version", "retry", "skip", "children", "start_time", "finish_time"}
    assert found == {("expired", "never-seen", field, ()) for field in gone} | {
        ("expired", "new-value", "state", ('"EXPIRED"',))
    }


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_captures_have_not_drifted_from_their_own_edition(edition):
    assert drifted(of_engine(edition), edition) == set()


def test_captures_have_not_drifted_from_the_editions_they_are_told_to_be():
    census = census_of(of_engine("v1", "v2"))

    assert findings_of(census) == ()
    assert census.answers == {"v1": 30, "v2": 115}


@pytest.mark.parametrize("edition", EDITIONS)
def test_example_has_not_drifted(edition):
    assert drifted([load_example(edition, "response"), load_example(edition, "failure")], edition) == set()


def disguised(raw):
    """An answer as another run would have given it: other ids, versions and times, the same in every place."""
    text = re.sub(r"[0-9a-f]{31}", lambda found: found[0][::-1], raw.decode("utf-8"))
    text = re.sub(r"20[0-9]{2}-", "2031-", text)
    return re.sub(r":[0-5][0-9]:[0-5][0-9]", ":11:11", text).encode("utf-8")


@pytest.mark.parametrize("form", ["text", "json"])
def test_another_run_with_other_ids_and_times_gives_the_same_bytes(tmp_path, form):
    reports = []
    for folder, change in (("one", bytes), ("two", disguised)):
        (tmp_path / folder).mkdir()
        for number, capture in enumerate(CAPTURES):
            path = tmp_path / folder / f"{number if folder == 'one' else len(CAPTURES) - number:03}.json"
            path.write_bytes(change(capture.raw))
        reports.append(invoke("--edition", "doc-2019", "--format", form, tmp_path / folder).output)

    assert (tmp_path / "one" / "000.json").read_bytes() != (tmp_path / "two" / "145.json").read_bytes()
    assert reports[0] == reports[1]


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_suggested_overlay_fits_the_corpus(edition):
    bodies = of_engine(edition)
    census = census_of(bodies, "doc-2019")

    (document,) = overlay_documents(census, findings_of(census))

    overlay = checked_overlay(json.loads(overlay_text(document)))
    assert findings_of(census_of(bodies, overlay)) == ()
    report = Contract(overlay, strictness="strict").check_response(load_example(edition, "response"))
    assert [v for v in report.violations if v.code.startswith(("field.", "state.", "envelope."))] == []


def changed(**fields):
    """The example answer of `v2` with other values in its first node."""
    body = load_example("v2", "response")
    next(iter(body["data"]["children"].values())).update(fields)
    return body


CHANGES = {
    "a type": ({"retry": "0"}, ("changed-type", "retry", ("string",))),
    "a fraction": ({"elapsed_time": 0.5}, ("changed-type", "elapsed_time", ("number",))),
    "a state": ({"state": "PAUSED"}, ("new-value", "state", ('"PAUSED"',))),
    "a form of ids": ({"version": "0" * 32}, ("changed-form", "version", ("32 hex digits",))),
    "a form of times": (
        {"start_time": "2026-03-02 09:30:00"},
        ("changed-form", "start_time", ("a time without offset",)),
    ),
    "an empty form": ({"start_time": ""}, ("changed-form", "start_time", ("an empty text",))),
    "another form": ({"version": "seven"}, ("changed-form", "version", ("a text of another form",))),
    "a range": ({"loop": 0}, ("changed-form", "loop", ("a smaller number",))),
    "a field": ({"owner": ["a"]}, ("new-field", "owner", ("array",))),
}


@pytest.mark.parametrize("what", CHANGES)
def test_drift_of_a_node_is_found_and_its_overlay_fits(what):
    fields, finding = CHANGES[what]
    body = changed(**fields)

    census = census_of([body], "v2")

    assert [(f.kind.value, f.field, f.found) for f in findings_of(census)] == [finding]
    (document,) = overlay_documents(census, findings_of(census))
    assert findings_of(census_of([body], checked_overlay(document))) == ()


def test_drift_inside_a_field_is_found_and_its_overlay_fits():
    body = load_example("v2", "response")
    status = {"exist_auto_retry_nodes": 0, "auto_retry_nodes": [7]}
    body["data"] |= {"auto_retry_status": status, "ex_data": {"n" + "0" * 31: 1}}

    census = census_of([body], "v2")

    assert {(f.field, f.found) for f in findings_of(census)} == {
        ("auto_retry_status.exist_auto_retry_nodes", ("integer",)),
        ("auto_retry_status.auto_retry_nodes.*", ("integer",)),
        ("ex_data.*", ("integer",)),
    }
    (document,) = overlay_documents(census, findings_of(census))
    assert findings_of(census_of([body], checked_overlay(document))) == ()


def test_field_that_is_missing_at_times_is_told_with_its_count():
    body = changed()
    del next(iter(body["data"]["children"].values()))["loop"]

    (finding,) = findings_of(census_of([body, changed()], "v2"))

    assert finding.message == "`loop` is missing in 1 of 14"


def test_failed_answer_without_a_message_is_found_but_no_overlays_matter():
    census = census_of([{"result": False, "data": 7}], "v2")

    findings = findings_of(census)

    assert [(f.shape, f.kind.value, f.field) for f in findings] == [
        ("failure", "never-seen", "message"),
        ("failure", "new-value", "data"),
    ]
    assert overlay_documents(census, findings) == ()


def invoke(*arguments):
    """The result of `taskmock drift` in this process."""
    return CliRunner().invoke(drift_command, [*map(str, arguments)])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "a.json").write_text(json.dumps(changed(owner=None)), encoding="utf-8")
    (tmp_path / "answers" / "index.json").write_text("{}", encoding="utf-8")
    return tmp_path / "answers"


def test_command_tells_drift_and_an_overlay(folder):
    result = invoke("--edition", "v2", folder)

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "DRIFT in 1 answer: 1 finding",
        "  compared with edition v2",
        "  passed over: 1 that is no answer",
        "  a node below the task (7)",
        "    new-field: `owner` is new: null, in 1 of 7",
        "suggested overlay of v2:",
        "{",
        '  "extends": "v2",',
        '  "node": {',
        '    "owner": {"type": "null", "required": false}',
        "  }",
        "}",
    ]


def test_written_overlay_ends_the_drift(folder, tmp_path):
    path = tmp_path / "ours.json"

    first = invoke("--edition", "v2", "--overlay", path, folder)
    second = invoke("--edition", path, folder)

    assert (first.exit_code, second.exit_code) == (1, 0)
    assert second.output.splitlines()[:2] == ["NO DRIFT in 1 answer", f"  compared with v2 as {path} extends it"]


def test_command_writes_json(folder):
    document = json.loads(invoke("--format", "json", folder).output)

    assert (document["ok"], document["answers"], document["passed_over"]) == (False, {"v2": 1}, 1)
    assert document["findings"][0] == {
        "kind": "new-field",
        "edition": "v2",
        "shape": "node",
        "field": "owner",
        "found": ["null"],
        "expected": "",
        "count": 1,
        "total": 7,
        "message": "`owner` is new: null, in 1 of 7",
    }


def test_command_without_drift_exits_0_and_writes_no_overlay(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(changed()), encoding="utf-8")

    result = invoke("--overlay", tmp_path / "ours.json", path)

    assert result.exit_code == 0
    assert result.output.splitlines() == ["NO DRIFT in 1 answer", "  compared with the edition of each answer: v2 (1)"]
    assert not (tmp_path / "ours.json").exists()


UNREADABLE = {
    "cut": ('{"result": tr', "body.not-json"),
    "empty": ("", "body.empty"),
    "a page": ("<html></html>", "body.html"),
    "a list": ("[]", "body.not-an-object"),
    "a key twice": ('{"result": true, "result": true}', "body.duplicate-key"),
    "two marks": ("\ufeff\ufeff{}", "body.byte-order-mark"),
}


@pytest.mark.parametrize("is_named", [True, False])
@pytest.mark.parametrize("what", UNREADABLE)
def test_answer_that_cannot_be_read_has_drifted_named_or_found(tmp_path, what, is_named):
    content, code = UNREADABLE[what]
    path, sound = tmp_path / "2.json", tmp_path / "1.json"
    path.write_text(content, encoding="utf-8")
    sound.write_text(json.dumps(changed()), encoding="utf-8")

    result = invoke("--edition", "v2", *([sound, path] if is_named else [tmp_path]))

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "DRIFT in 2 answers: 1 finding",
        "  compared with edition v2",
        "  with a tree: 1",
        "  what cannot be read",
        f"    {code}: 1 of 2 answers cannot be read",
    ]
    assert result.stderr.startswith(f"{path}: the ")


def test_answer_that_cannot_be_read_is_a_finding_of_the_json_form(folder):
    (folder / "a.json").write_text("{", encoding="utf-8")

    document = json.loads(invoke("--format", "json", folder).stdout)

    assert (document["ok"], document["answers"], document["unreadable"]) == (False, {}, 1)
    assert document["findings"][0]["found"] == ["body.not-json"]


def test_baseline_accepts_what_cannot_be_read(folder, tmp_path):
    (folder / "a.json").write_text("{", encoding="utf-8")

    first = invoke("--baseline", tmp_path / "known.json", "--baseline-update", folder)
    second = invoke("--baseline", tmp_path / "known.json", folder)

    assert (first.exit_code, second.exit_code) == (0, 0)


@pytest.mark.parametrize("body", [{"data": {"state": "RUNNING"}}, {"state": "RUNNING", "children": {}}])
def test_answer_that_has_lost_its_result_has_drifted(tmp_path, body):
    (tmp_path / "a.json").write_text(json.dumps(body), encoding="utf-8")

    result = invoke("--edition", "v2", tmp_path)

    assert result.exit_code == 1
    assert "    never-seen: `result` is never there" in result.stdout.splitlines()


def test_mark_of_a_file_is_no_drift(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(changed()), encoding="utf-8-sig")

    assert invoke("--edition", "v2", tmp_path).exit_code == 0


def test_file_that_cannot_be_opened_exits_2(tmp_path):
    (tmp_path / "a.json").symlink_to(tmp_path / "gone.json")

    result = invoke(tmp_path)

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == f"Error: cannot read {tmp_path / 'a.json'}: No such file or directory"


def test_folder_without_answers_exits_2(tmp_path):
    result = invoke(tmp_path)

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == "Error: there is no recorded answer in SAMPLES."


def test_overlay_of_several_editions_exits_2(tmp_path):
    for edition in ("v1", "v2"):
        body = {**load_example(edition, "response"), "surprise": 1}
        (tmp_path / f"{edition}.json").write_text(json.dumps(body), encoding="utf-8")

    result = invoke("--overlay", tmp_path / "ours.json", tmp_path)

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == (
        "Error: --overlay: the answers are of several editions (v1, v2); choose one with --edition."
    )


def test_overlay_that_cannot_be_written_exits_2(folder, tmp_path):
    result = invoke("--overlay", tmp_path / "no" / "ours.json", folder)

    assert result.exit_code == 2
    assert result.output.splitlines()[-1].startswith("Error: cannot write ")


def test_baseline_accepts_what_is_known_and_a_new_value_is_told(folder, tmp_path):
    path, bodies = tmp_path / "baseline.json", [changed(state="PAUSED", owner=1), changed(state="LOST")]
    (folder / "a.json").write_text(json.dumps(bodies[0]), encoding="utf-8")

    first = invoke("--edition", "v2", "--baseline", path, "--baseline-update", folder)
    second = invoke("--edition", "v2", "--baseline", path, folder)
    (folder / "b.json").write_text(json.dumps(bodies[1]), encoding="utf-8")
    third = invoke("--edition", "v2", "--baseline", path, folder)

    assert (first.exit_code, second.exit_code, third.exit_code) == (0, 0, 1)
    assert [line for line in second.output.splitlines() if "accepted" in line] == ["  accepted by the baseline: 2"]
    (finding,) = [line for line in third.output.splitlines() if line.startswith("    new-")]
    assert finding.startswith('    new-value: `state` is "LOST" in 2 of 14, not one of READY')


def test_expired_baseline_says_so(folder, tmp_path):
    path = tmp_path / "baseline.json"
    (folder / "a.json").write_text(json.dumps(changed(owner=1)), encoding="utf-8")
    invoke("--edition", "v2", "--baseline", path, "--baseline-update", folder)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["accepted"] = [{**entry, "until": "2020-01-01"} for entry in document["accepted"]]
    path.write_text(json.dumps(document), encoding="utf-8")

    result = invoke("--edition", "v2", "--baseline", path, folder)

    assert result.exit_code == 1
    assert f"{path}: expired on 2020-01-01: drift.new-field at " in result.stderr


def test_answers_without_a_tree_are_told(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"result": false, "message": "no", "code": 3599999}', encoding="utf-8")

    result = invoke(path)

    assert result.stderr == "Warning: no answer has a tree: nothing is said of tasks and nodes\n"
    assert "  with a tree: 0" in result.stdout.splitlines()


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "text"])
def test_every_format_tells_the_drift(folder, tmp_path, form):
    (folder / "b.json").write_text("{", encoding="utf-8")

    result = invoke("--edition", "v2", "--format", form, "--output", tmp_path / "report", folder)

    text = html.unescape((tmp_path / "report").read_text(encoding="utf-8")).replace("\\u0060", "`")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "`owner` is new: null, in 1 of 7" in text
    assert "body.not-json" in text


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_exits_0_without_drift(tmp_path, form):
    (tmp_path / "a.json").write_text(json.dumps(changed()), encoding="utf-8")

    assert invoke("--format", form, tmp_path).exit_code == 0


def test_baseline_update_needs_a_file(folder):
    result = invoke("--baseline-update", folder)

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == "Error: --baseline-update needs --baseline FILE."


@pytest.mark.parametrize("result", ["true", "false", 1, 0, None])
def test_result_of_another_type_is_one_drift(result):
    bodies = [{**load_example("v2", "response"), "result": result}]

    (found,) = [one for one in drifted(bodies, "v2") if one[0] == "answer"]
    assert (found[1], found[2]) == ("changed-type", "result")
