"""The self-test proves that the contract can fail, and fails itself where any one rule is switched off."""

import functools
import json

import pytest
from click.testing import CliRunner

from taskmock.contracts import Contract
from taskmock.contracts.api.bk_sops.call_rules import RULES as CALL_RULES
from taskmock.contracts.api.bk_sops.lifecycle import BACKWARDS
from taskmock.contracts.api.bk_sops.lifecycle import RULES as COURSE_RULES
from taskmock.contracts.api.bk_sops.rules import RULES
from taskmock.contracts.cli.validate import validate_command
from taskmock.contracts.selftest.account import account_text
from taskmock.contracts.selftest.calls import call_examples
from taskmock.contracts.selftest.course import stories
from taskmock.contracts.selftest.documents import documents
from taskmock.contracts.selftest.trial import KINDS, broken_answers, run_self_test
from taskmock.schemas import EDITIONS, STATUS, editions_of, load_operations


@pytest.fixture(scope="module")
def whole():
    """The self-test of all editions."""
    return run_self_test()


def invoke(*arguments):
    return CliRunner().invoke(validate_command, ["--self-test", *arguments])


def without(whole, code):
    """The self-test of the kinds of mutation that break a rule, by a judge that leaves the rule out."""
    names = {trial.mutation for trial in whole.trials if code in {wanted for wanted, _ in trial.expected}}
    return run_self_test(kinds=[kind for kind in KINDS if kind.name in names], skip={code})


@pytest.mark.parametrize(
    ("edition", "name"), [(edition, name) for edition in EDITIONS for name in documents(edition)], ids="-".join
)
def test_document_is_good_before_it_is_broken(edition, name):
    assert Contract(edition, strictness="strict").check_response(documents(edition)[name]).violations == ()


@pytest.mark.sweep
def test_self_test_catches_every_mutant(whole):
    assert [trial for trial in whole.trials if not trial.caught] == []
    assert whole.ok


@pytest.mark.sweep
def test_self_test_tries_every_kind_of_mutation(whole):
    assert {trial.mutation for trial in whole.trials} == {kind.name for kind in KINDS}
    assert len(whole.trials) > 2_000


@pytest.mark.sweep
def test_self_test_proves_every_rule_in_each_of_its_editions(whole):
    proven = {(code, trial.edition) for trial in whole.trials for code, _ in trial.expected}

    rules = (*RULES, *COURSE_RULES)
    assert {(rule.code, edition) for rule in rules for edition in rule.applies_to or EDITIONS} - proven == set()
    assert {(BACKWARDS, edition) for edition in EDITIONS} <= proven


@pytest.mark.sweep
@pytest.mark.parametrize("code", [rule.code for rule in RULES])
def test_self_test_fails_where_a_rule_is_switched_off(whole, code):
    test = without(whole, code)

    assert {missed for trial in test.trials for missed, _ in trial.missed} == {code}
    assert not test.ok


@pytest.mark.sweep
@pytest.mark.parametrize("code", sorted({rule.code for rules in CALL_RULES.values() for rule in rules}))
def test_self_test_fails_where_a_rule_about_another_call_is_switched_off(whole, code):
    test = without(whole, code)

    assert {missed for trial in test.trials for missed, _ in trial.missed} == {code}
    assert not test.ok


@pytest.mark.parametrize("edition", EDITIONS)
def test_self_test_breaks_envelope_and_structure_of_each_call(edition):
    answers = {(call, name): body for call, name, body in call_examples(edition)}
    broken = {
        (attempt.operation, code.partition(".")[0])
        for attempt in broken_answers(edition, KINDS, answers)
        for code, _ in attempt.mutant.expected
        if code.startswith(("envelope.", "field."))
    }
    calls = {call for call in load_operations() if call != STATUS and edition in editions_of(call)}
    opaque = {"operate_task", "operate_node", "node_callback"}  # their data may be anything

    assert {call for call, group in broken if group == "envelope"} == calls
    assert {call for call, group in broken if group == "field"} == calls - opaque


@pytest.mark.sweep
@pytest.mark.parametrize("code", [rule.code for rule in COURSE_RULES])
def test_self_test_fails_where_a_lifecycle_rule_is_switched_off(whole, code):
    test = without(whole, code)

    assert code in {missed for trial in test.trials for missed, _ in trial.missed}
    assert not test.ok


@pytest.mark.sweep
def test_self_test_fails_where_old_answers_are_not_told(whole):
    test = without(whole, BACKWARDS)

    assert {missed for trial in test.trials for missed, _ in trial.missed} == {BACKWARDS}


@pytest.mark.parametrize(
    ("edition", "name"), [(edition, name) for edition in EDITIONS for name in stories(edition)], ids="-".join
)
def test_history_is_good_before_it_is_broken(edition, name):
    assert Contract(edition, strictness="strict").check_history(stories(edition)[name].polls).violations == ()


@pytest.mark.sweep
def test_self_test_is_the_same_in_every_run(whole):
    assert run_self_test().trials == whole.trials


def test_command_shows_which_rule_caught_what():
    result = invoke("--edition", "v2")

    assert result.exit_code == 0
    lines = [line.split() for line in result.output.splitlines()]
    assert ["caught", "drop-id", "by", "field.missing"] in [line[:4] for line in lines]
    assert result.output.splitlines()[-1].startswith("PASS self-test of v2: ")


@pytest.mark.sweep
def test_command_writes_json():
    document = json.loads(invoke("--format", "json").output)

    assert document["ok"] is True
    assert document["editions"] == ["doc-2019", "v1", "v2"]
    assert document["caught"] == document["mutants"] == len(document["trials"])


def test_account_names_what_is_not_found():
    codes = {rule.code for rule in RULES}

    lines = account_text(run_self_test(["v1"], skip=codes)).splitlines()

    assert any(line.startswith("  not found: id.key-mismatch at /data/children/") for line in lines)
    assert lines[-1].startswith("FAIL self-test of v1: ")


def test_account_names_a_good_answer_that_is_refused():
    def refused(edition):
        return {"a bad one": {"result": True, "data": {}}}

    lines = account_text(run_self_test(["v2"], answers=refused, histories=lambda edition: {})).splitlines()

    assert "  false alarm: a bad one of v2 is good" in lines
    assert "  not proven: no mutation breaks parent.running in v2" in lines


def test_account_names_lifecycle_rules_that_nothing_breaks():
    lines = account_text(run_self_test(["v2"], histories=lambda edition: {})).splitlines()

    assert "  not proven: no mutation breaks node.vanished in v2" in lines


def test_command_exits_1_where_the_judge_misses_something(monkeypatch):
    missing = functools.partial(run_self_test, skip={"id.duplicate"})
    monkeypatch.setattr("taskmock.contracts.selftest.trial.run_self_test", missing)

    assert invoke("--edition", "v1").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-"], "--self-test breaks answers of its own: it takes no FILE."),
        (["--format", "html"], "--self-test writes text or json, no other --format."),
    ],
)
def test_command_refuses_what_a_self_test_does_not_take(arguments, message):
    result = invoke(*arguments)

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == f"Error: {message}"
