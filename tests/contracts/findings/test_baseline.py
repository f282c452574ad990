"""Baselines: what they accept and until when, how they are written and read, and what `validate` does with one."""

import datetime as dt
import json
import random
import re

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from support.properties import examples
from taskmock.contracts import Contract, Violation
from taskmock.contracts.cli.validate import validate_command
from taskmock.contracts.findings.baseline import NAMED, Baseline, Entry
from taskmock.contracts.findings.baseline_file import BaselineError, load_baseline, save_baseline
from taskmock.contracts.findings.group import KEPT, grouped
from taskmock.contracts.findings.report import Report
from taskmock.contracts.selftest.documents import documents
from taskmock.contracts.selftest.mutation import Specimen
from taskmock.contracts.selftest.trial import MUTATIONS

TODAY = dt.date(2026, 3, 2)
LATER = dt.date(2026, 5, 31)


def failed():
    """A good answer with a failed step."""
    return documents("v2")["a failed task"]


def faulty(*numbers, field="retry", value=-1):
    """An answer with a fault at some steps."""
    body = failed()
    for number in numbers:
        list(body["data"]["children"].values())[number][field] = value
    return body


def judged(body):
    return Contract("v2").check_response(body)


def report_on(*violations):
    groups, complete = grouped(violations)
    return Report("response", "v2", "as asked for", "documented", 3, groups, complete)


def found(code="field.range", pointer="/data/children/n1/retry", path="Step 1", **changes):
    return Violation(code, pointer, path, "it is wrong", **changes)


def test_written_baseline_makes_the_next_run_green():
    report = judged(faulty(0))
    baseline = Baseline().updated([report], TODAY)

    after = baseline.applied(report, TODAY)

    assert not report.ok
    assert (after.ok, after.accepted, after.violations) == (True, 1, ())
    assert "no findings in 3 nodes, 1 accepted by the baseline" in str(after)


def test_written_baseline_accepts_the_fault_in_another_tasks_answer():
    baseline = Baseline().updated([judged(faulty(0))], TODAY)
    text = json.dumps(faulty(0)).replace("n" + "0" * 30, "n" + "7" * 30)

    assert baseline.applied(judged(text), TODAY).ok


@pytest.mark.parametrize("name", ["known.json", "known.toml"])
def test_written_baseline_makes_every_kind_of_fault_green(tmp_path, name):
    for mutation in MUTATIONS:
        mutant = mutation.mutate(Specimen(failed(), "v2", random.Random(mutation.name)))
        if mutant is not None:
            report = Contract("v2", strictness="strict").check_response(mutant.body, request=mutant.request)
            save_baseline(Baseline().updated([report], TODAY), str(tmp_path / name))
            assert load_baseline(str(tmp_path / name)).applied(report, TODAY).ok, mutation.name


@examples(200)
@given(st.text(min_size=1).filter(str.strip), st.sampled_from([".json", ".toml"]))
def test_written_baseline_knows_any_name_again(tmp_path_factory, name, suffix):
    file = str(tmp_path_factory.getbasetemp() / f"known{suffix}")
    report = report_on(found(path=name))

    save_baseline(Baseline().updated([report], TODAY), file)

    assert load_baseline(file).applied(report, TODAY).ok


@pytest.mark.parametrize(
    "body",
    [faulty(0, 1), faulty(0, field="loop", value=0), faulty(0, field="colour"), faulty(1)],
    ids=["another node too", "another field", "an undocumented field", "another node instead"],
)
def test_new_fault_is_red_again(body):
    baseline = Baseline().updated([judged(faulty(0))], TODAY)

    assert not baseline.applied(Contract("v2", strictness="strict").check_response(body), TODAY).ok


def test_entry_holds_up_to_its_day_and_no_longer():
    baseline = Baseline((Entry("field.range", "/data/children/*/retry", LATER),))
    report = judged(faulty(0))

    assert baseline.applied(report, LATER).ok
    expired = baseline.applied(report, LATER + dt.timedelta(days=1))
    assert not expired.ok
    assert expired.violations[0].message == "`retry` is too small; the baseline accepted it until 2026-05-31"


def test_longest_of_two_entries_counts():
    entries = [Entry("field.range", "**", day) for day in (TODAY - dt.timedelta(days=1), LATER)]

    assert Baseline(tuple(entries)).applied(judged(faulty(0)), TODAY).ok


@pytest.mark.parametrize(
    ("place", "node", "covers"),
    [
        ("/data/children/*/retry", "", True),
        ("/data/children/*/retry", "Step 1", True),
        ("/data/children/*/retry", "Step *", True),
        ("/data/children/*/retry", "*", True),
        ("/data/children/*/retry", "{unnamed}", False),
        ("/data/children/*/retry", "Step 2", False),
        ("/data/*/retry", "", False),
        ("/data/**", "", True),
        ("/data/**/loop", "", False),
        ("/data/children/n1/retry", "", True),
        ("/data/children/n./retry", "", False),
        (r"/data/children/\*/retry", "", False),
    ],
)
def test_patterns_of_an_entry(place, node, covers):
    assert Entry("field.range", place, LATER, node).covers(found()) is covers


def test_entry_is_about_its_code_only():
    assert not Entry("field.type", "**", LATER).covers(found())


def test_names_that_look_like_patterns_stand_for_themselves():
    baseline = Baseline().updated([report_on(found(path="a*\\b"))], TODAY)

    assert baseline.entries[0].node == "a\\*\\\\b"
    assert baseline.applied(report_on(found(path="a*\\b")), TODAY).ok
    assert not baseline.applied(report_on(found(path="axx\\b")), TODAY).ok


def test_entry_of_a_node_without_a_name_accepts_no_named_one():
    baseline = Baseline().updated([report_on(found(path="Restart / n" + "0" * 31))], TODAY)

    assert baseline.entries[0].node == "Restart / {unnamed}"
    assert baseline.applied(report_on(found(path="Restart / n" + "7" * 31)), TODAY).ok
    assert not baseline.applied(report_on(found(path="Restart / Stop cluster")), TODAY).ok


def test_name_that_looks_like_no_name_stands_for_itself():
    baseline = Baseline().updated([report_on(found(path="{unnamed} {x}"))], TODAY)

    assert baseline.entries[0].node == "\\{unnamed} {x}"
    assert baseline.applied(report_on(found(path="{unnamed} {x}")), TODAY).ok
    assert not baseline.applied(report_on(found(path="n" + "0" * 31 + " {x}")), TODAY).ok


def test_the_tasks_own_name_is_left_out():
    baseline = Baseline().updated([report_on(found(pointer="/data/retry", path="Release 7"))], TODAY)

    assert baseline.entries == (Entry("field.range", "/data/retry", LATER),)


def test_fault_of_many_nodes_gets_one_entry():
    few = [found(path=f"Step {number}") for number in range(NAMED)]
    many = [*few, found(path="Step X")]

    assert len(Baseline().updated([report_on(*few)], TODAY).entries) == NAMED
    assert Baseline().updated([report_on(*many)], TODAY).entries == (
        Entry("field.range", "/data/children/*/retry", LATER),
    )


@pytest.mark.parametrize("code", ["verify.no-tree", "verify.no-data", "http.status", "http.timeout"])
def test_what_says_that_nothing_was_judged_gets_no_entry(code):
    nothing, fault = found(code, pointer="", path=""), found()

    baseline = Baseline().updated([report_on(nothing, fault)], TODAY)

    assert [entry.code for entry in baseline.entries] == [fault.code]


def test_type_of_an_answer_gets_an_entry():
    baseline = Baseline().updated([report_on(found("http.content-type", pointer="", path=""))], TODAY)

    assert [entry.code for entry in baseline.entries] == ["http.content-type"]


def test_warnings_get_no_entry():
    report = judged(faulty(0, field="colour"))

    assert report.warnings == 1
    assert Baseline().updated([report], TODAY) == Baseline()


def test_update_keeps_what_is_needed_renews_what_expired_and_drops_the_rest():
    kept = Entry("field.range", "/data/children/*/retry", TODAY, "Step 1", "known")
    expired = Entry("field.range", "/data/children/*/loop", TODAY - dt.timedelta(days=1), reason="old")
    unused = Entry("field.type", "**", LATER)
    body = faulty(0)
    body["data"]["children"][next(iter(body["data"]["children"]))]["loop"] = 0

    baseline = Baseline((kept, expired, unused)).updated([judged(body)], TODAY)

    assert baseline.entries == (kept, Entry("field.range", "/data/children/*/loop", LATER, reason="old"))


def test_unused_entries_are_told():
    used, unused = Entry("field.range", "**", TODAY), Entry("field.type", "**", LATER)

    assert Baseline((used, unused)).unused([judged(faulty(0))]) == (unused,)


def test_findings_beyond_those_kept_go_with_them():
    report = report_on(*(found(path=f"Step {number}") for number in range(KEPT + 5)))

    assert Baseline((Entry("field.range", "**", LATER),)).applied(report, TODAY).accepted == KEPT + 5
    partly = Baseline((Entry("field.range", "**", LATER, "Step 1"),)).applied(report, TODAY)
    assert (partly.accepted, partly.errors) == (1, KEPT + 4)


@pytest.mark.parametrize("name", ["baseline.json", "baseline.toml"])
@pytest.mark.parametrize("entries", [0, 2])
def test_file_keeps_a_baseline(tmp_path, name, entries):
    everything = (
        Entry("field.range", "/data/children/*/retry", LATER, 'Kopie "ä" 😀 \\* \x7f\n', "Fehler 12"),
        Entry("field.type", "**", TODAY),
    )
    file = str(tmp_path / name)

    save_baseline(Baseline(everything[:entries]), file)

    assert load_baseline(file) == Baseline(everything[:entries])


def test_toml_may_have_dates_of_its_own(tmp_path):
    file = tmp_path / "baseline.toml"
    file.write_text('format = 1\n[[accepted]]\ncode = "a.b"\nplace = "**"\nuntil = 2026-05-31\n', encoding="utf-8")

    assert load_baseline(str(file)).entries == (Entry("a.b", "**", LATER),)


@pytest.mark.parametrize(
    ("name", "content", "mistakes"),
    [
        ("b.json", b"[]", ["the file is a list, not an object with `format` and `accepted`"]),
        ("b.json", b"{}", ["`format` is None, not 1", "`accepted` is no list of entries"]),
        (
            "b.json",
            b'{"format": 1, "acepted": [], "accepted": []}',
            ["unknown key 'acepted'; did you mean \"accepted\"?"],
        ),
        (
            "b.json",
            b'{"format": 2, "accepted": [5, {"code": 1, "plce": "x", "until": "soon"}]}',
            [
                "`format` is 2, not 1",
                "entry 1: an integer, not an object with code, place, until",
                "entry 2: unknown key 'plce'; did you mean \"place\"?",
                "entry 2: `place` is missing",
                "entry 2: `code` is an integer, not a string",
                "entry 2: `until` is no day such as 2030-01-31: 'soon'",
            ],
        ),
        (
            "b.toml",
            b'format = 1\naccepted = [{code = "verify.no-tree", place = "", until = 2030-01-31}]',
            ["entry 1: verify.no-tree: where nothing was judged, there is nothing to accept"],
        ),
        ("b.json", b"\xff", ["not UTF-8"]),
        ("b.json", b"{", ["not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"]),
        ("b.json", b"[" * 100_000, ["nests too deep"]),
        ("b.toml", b"a", None),
    ],
)
def test_every_mistake_in_a_file_is_told(tmp_path, name, content, mistakes):
    file = tmp_path / name
    file.write_bytes(content)
    wanted = f"{file}: not " if mistakes is None else "\n".join(f"{file}: {mistake}" for mistake in mistakes)

    with pytest.raises(BaselineError, match="^" + re.escape(wanted)):
        load_baseline(str(file))


def run(tmp_path, body, *arguments):
    """`taskmock validate` on a body, with the baseline of this test."""
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps(body), encoding="utf-8")
    return CliRunner().invoke(
        validate_command, ["--baseline", str(tmp_path / "known.toml"), *arguments, str(answer)], catch_exceptions=False
    )


def test_command_writes_a_baseline_and_is_green_until_something_new(tmp_path):
    first = run(tmp_path, faulty(0), "--baseline-update")
    again = run(tmp_path, faulty(0))
    new = run(tmp_path, faulty(0, 1))

    assert (first.exit_code, again.exit_code, new.exit_code) == (0, 0, 1)
    assert f"{tmp_path / 'known.toml'}: entries now: 1, of them new: 1, renewed: 0" in first.output.splitlines()
    assert "1 accepted by the baseline" in again.output


def test_command_is_red_where_an_entry_has_expired(tmp_path):
    save_baseline(Baseline((Entry("field.range", "**", dt.date(2020, 1, 1)),)), str(tmp_path / "known.toml"))

    result = run(tmp_path, faulty(0))

    assert result.exit_code == 1
    assert "`retry` is too small; the baseline accepted it until 2020-01-01" in result.output


def test_command_tells_what_has_expired_and_what_was_renewed(tmp_path):
    day, file = dt.date(2020, 1, 1), tmp_path / "known.toml"
    save_baseline(Baseline((Entry("field.range", "**", day, "Step 1"),)), str(file))

    before, renewing = run(tmp_path, faulty(0)), run(tmp_path, faulty(0), "--baseline-update")

    note = f"{file}: expired on 2020-01-01: field.range at ** of Step 1: --baseline-update renews it"
    assert note in before.output.splitlines()
    assert f"{file}: entries now: 1, of them new: 0, renewed: 1" in renewing.output.splitlines()


def test_command_guesses_the_code_of_an_entry(tmp_path):
    save_baseline(Baseline((Entry("field.rang", "**", LATER, "Step 1"),)), str(tmp_path / "known.toml"))

    result = run(tmp_path, faulty(0))

    assert (
        f"{tmp_path / 'known.toml'}: nothing found for field.rang at ** of Step 1: --baseline-update drops it; "
        'did you mean "field.range"?'
    ) in result.output.splitlines()


def test_command_tells_of_entries_that_match_nothing(tmp_path):
    save_baseline(Baseline((Entry("field.type", "**", LATER),)), str(tmp_path / "known.toml"))

    result = run(tmp_path, failed())

    note = f"{tmp_path / 'known.toml'}: nothing found for field.type at **: --baseline-update drops it"
    assert result.exit_code == 0
    assert note in result.output.splitlines()


def test_command_without_the_file_says_how_to_write_it(tmp_path):
    result = run(tmp_path, failed())

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == (
        f"Error: cannot read {tmp_path / 'known.toml'}: No such file or directory; --baseline-update writes it"
    )


def test_command_that_cannot_write_the_file_says_so(tmp_path):
    result = run(tmp_path, failed(), "--baseline", str(tmp_path / "no" / "known.json"), "--baseline-update")

    assert result.exit_code == 2
    assert result.output.splitlines()[-1].startswith(f"Error: cannot write {tmp_path / 'no' / 'known.json'}: ")


def test_command_wants_a_file_to_update(tmp_path):
    result = CliRunner().invoke(validate_command, ["--baseline-update", "-"])

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == "Error: --baseline-update needs --baseline FILE."
