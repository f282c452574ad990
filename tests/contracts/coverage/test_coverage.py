"""Coverage of a contract: what the evidence has shown, and what it has never shown."""

import json
import random

import pytest
from click.testing import CliRunner

from support import captures as capture_files
from taskmock.contracts.api.bk_sops.overlay_file import checked_overlay
from taskmock.contracts.api.bk_sops.rules import RULES, Document
from taskmock.contracts.api.bk_sops.rules.applies import is_asked
from taskmock.contracts.api.bk_sops.tree import walk_tree
from taskmock.contracts.cli.validate import validate_command
from taskmock.contracts.coverage import Aspect, Tally
from taskmock.contracts.coverage.report import coverage_text, percent
from taskmock.contracts.findings.rule import rule_violations
from taskmock.contracts.selftest.documents import documents
from taskmock.contracts.selftest.mutation import Specimen
from taskmock.contracts.selftest.trial import MUTATIONS
from taskmock.contracts.writers import FORMATS
from taskmock.schemas import EDITIONS, load_example

CAPTURES = capture_files.captures()


def tally_of(*bodies, edition="auto", **more):
    """The tally of some answers."""
    tally = Tally(edition)
    for body in bodies:
        tally.add(body, **more)
    return tally


def shown(tally, aspect):
    """The names of an aspect's items that were shown."""
    return {item.name for item in tally.items if item.aspect is aspect and item.seen}


def missing(tally, aspect):
    """The names of an aspect's items that were never shown."""
    return {item.name for item in tally.items if item.aspect is aspect and not item.seen}


NEEDS_REQUEST = {rule.code for rule in RULES if rule.applies is is_asked}


def test_every_rule_says_when_it_applies():
    nothing = Document("v2", {}, tuple(walk_tree({})))

    assert [rule.code for rule in RULES if rule.applies(nothing)] == []
    assert len(NEEDS_REQUEST) == 4


@pytest.mark.parametrize("edition", EDITIONS)
def test_rule_that_finds_something_had_its_occasion(edition):
    broken = set()
    for name, body in documents(edition).items():
        for mutation in MUTATIONS:
            specimen = Specimen(json.loads(json.dumps(body)), edition, random.Random(name + mutation.name))
            mutant = mutation.mutate(specimen)
            data = mutant.body.get("data") if mutant and isinstance(mutant.body, dict) else None
            if not isinstance(data, dict) or mutant.body.get("result") is False:
                continue
            document = Document(edition, data, tuple(walk_tree(data)), mutant.request)
            for rule in RULES:
                if any(rule_violations([rule], document, edition)):
                    broken.add(rule.code)
                    assert rule.applies(document), (name, mutation.name, rule.code)

    assert len(broken) > 15


def test_answer_shows_its_shapes_states_and_fields():
    tally = tally_of(load_example("v2", "created"))

    assert shown(tally, Aspect.SHAPE) == {"answer", "created"}
    assert shown(tally, Aspect.STATE) == {"task CREATED"}
    assert {name for name in shown(tally, Aspect.FIELD) if name.startswith("created ")} == {
        f"created {field}" for field in load_example("v2", "created")["data"]
    }
    assert shown(tally, Aspect.RULE) == {"elapsed.negative", "elapsed.not-started", "times.unexpected"}


def test_failed_answer_shows_its_envelope_alone():
    tally = tally_of(load_example("v2", "failure"))

    assert shown(tally, Aspect.SHAPE) == {"failure"}
    assert shown(tally, Aspect.STATE) == shown(tally, Aspect.RULE) == set()


def test_captures_show_most_of_their_editions():
    tally = tally_of(*(capture.body for capture in CAPTURES))

    assert missing(tally, Aspect.SHAPE) == {"failure", "created", "expired"}
    engine_2 = {item.name for item in tally.items if item.edition == "v2" and item.seen}
    assert {
        "task REVOKED",
        "task NODE_SUSPENDED",
        "node LOOP_READY",
        "skip.state",
        "ex-data.key",
        "expired",
    } <= engine_2
    assert 0.7 < tally.share < 1


def test_rules_about_requests_count_only_where_requests_are_known():
    body = load_example("v2", "response")

    without, with_request = tally_of(body), tally_of(body, request={"task_id": "10"})

    assert not NEEDS_REQUEST & (shown(without, Aspect.RULE) | missing(without, Aspect.RULE))
    assert {"id.request", "root-id.request", "ex-data.request"} <= shown(with_request, Aspect.RULE)


def test_fields_of_an_overlay_count():
    overlay = checked_overlay({"extends": "v2", "task": {"owner": {"type": "string"}}})

    tally = tally_of(load_example("v2", "response"), edition=overlay)

    assert "task owner" in missing(tally, Aspect.FIELD)


def test_edition_that_was_asked_for_counts_without_evidence():
    tally = Tally("doc-2019")

    assert (tally.share, {item.edition for item in tally.items}) == (0.0, {"doc-2019"})
    assert Tally().share == 0.0


def test_unreadable_answer_shows_nothing():
    assert tally_of(b"<html>", edition="v2").share == 0.0


def test_text_counts_by_edition_and_aspect():
    lines = coverage_text(tally_of(load_example("v2", "expired"))).splitlines()

    assert lines[0].startswith("COVERAGE ")
    assert lines[1:3] == ["  v2, shapes: 2 of 6", "    never: failure, task, node, created"]
    assert max(map(len, lines)) <= 125


@pytest.mark.parametrize(("share", "said"), [(0, "0.0"), (0.9999, "99.9"), (1, "100.0"), (2 / 3, "66.6")])
def test_percentage_is_cut_not_rounded(share, said):
    assert percent(share) == said


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(load_example("v2", "response")), encoding="utf-8")
    return path


def validate(*arguments):
    """The result of `taskmock validate` in this process."""
    return CliRunner().invoke(validate_command, [*map(str, arguments)])


def test_command_tells_coverage_after_the_report(sample):
    result = validate("--coverage", sample)

    lines = result.output.splitlines()
    assert result.exit_code == 0
    assert lines[0].startswith("PASS ")
    assert lines[2].startswith("COVERAGE ")


def test_command_fails_below_the_least_coverage(sample):
    share = percent(tally_of(load_example("v2", "response")).share)

    enough, too_little = validate("--coverage-min", "20", sample), validate("--coverage-min", "99.5", sample)

    assert (enough.exit_code, too_little.exit_code) == (0, 1)
    assert "FAIL coverage: 1 error" in too_little.output.splitlines()
    assert f"    the answers have shown {share} % of the contract" in too_little.output.splitlines()
    assert "      expected 99.5 % or more" in too_little.output.splitlines()


@pytest.mark.parametrize("form", FORMATS)
def test_report_of_every_format_has_what_coverage_lacks(sample, tmp_path, form):
    report = tmp_path / "report"

    result = validate("--coverage-min", "99.5", "--format", form, "-o", report, sample)

    assert result.exit_code == 1
    assert "coverage.too-low" in report.read_text(encoding="utf-8")


def test_requests_have_no_coverage(sample):
    result = validate("--coverage", "--request", sample)

    assert result.exit_code == 2
    assert result.output.splitlines()[-1] == (
        "Error: --coverage judges answers, --request the parameters of calls: choose one."
    )


def test_command_tells_coverage_of_what_breaks_its_contract_too(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("{}", encoding="utf-8")

    result = validate("--coverage", path)

    assert result.exit_code == 1
    assert "COVERAGE " in result.output


def test_command_counts_the_answers_of_a_history(sample):
    result = validate("--history", "--coverage", sample)

    assert (result.exit_code, "  v2, shapes: 3 of 6" in result.output.splitlines()) == (0, True)


def test_command_mixes_no_formats_on_standard_output(sample, tmp_path):
    report = tmp_path / "report.json"

    mixed = validate("--coverage", "--format", "json", sample)
    apart = validate("--coverage", "--format", "json", "-o", report, sample)

    assert mixed.exit_code == 2
    assert mixed.output.splitlines()[-1] == (
        "Error: --coverage prints text: write the json report to a file (--output)."
    )
    assert (apart.exit_code, apart.output.partition(" ")[0]) == (0, "COVERAGE")
    assert json.loads(report.read_text(encoding="utf-8"))["ok"] is True


def test_state_that_the_edition_does_not_know_counts_for_nothing():
    body = load_example("v2", "response")
    body["data"]["state"] = "PAUSED"

    tally = tally_of(body, edition="v2")

    assert {name for name in shown(tally, Aspect.STATE) if name.startswith("task")} == set()
    assert "task PAUSED" not in missing(tally, Aspect.STATE)
