"""Real answers and the document's own examples against every edition."""

import pytest

from support import captures as capture_files
from taskmock.contracts import Contract
from taskmock.schemas import EDITIONS, load_example

CAPTURES = capture_files.captures()

ALIKE = {
    "created-01.json",
    "expired-01.json",
    "subprocess-not-reached-01.json",
    "subprocess-not-reached-02.json",
    "timeline-linear-01.json",
    "v1-subprocess-01.json",
    "v1-timeline-01.json",
}
"""CREATED and EXPIRED bodies: alike in `v1` and `v2`."""

FAILED = {
    "created-02-error.json",
    "error-iam-01.json",
    "error-project-not-found-01.json",
    "error-task-not-found-01.json",
}
"""Answers whose `result` is false: alike in every edition."""


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.file)
def test_capture_passes_strict_in_its_edition(capture):
    report = Contract(capture.edition, strictness="strict").check_response(capture.raw)

    assert report.violations == ()


def fits_by_its_fields(capture, edition):
    """Whether a capture's fields are those of the edition too."""
    alike = capture.file in ALIKE and edition != "doc-2019"
    return edition == capture.edition or alike or capture.file in FAILED


@pytest.mark.parametrize("edition", EDITIONS)
def test_captures_whose_fields_differ_fail_strict_in_other_editions(edition):
    contract = Contract(edition, strictness="strict")

    passed = {capture.file for capture in CAPTURES if contract.check_response(capture.raw).ok}

    assert passed == {capture.file for capture in CAPTURES if fits_by_its_fields(capture, edition)}


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.file)
def test_edition_is_told_from_a_capture(capture):
    alike = capture.file in ALIKE | FAILED

    assert Contract().check_response(capture.raw).edition == ("v2" if alike else capture.edition)


@pytest.mark.parametrize("edition", EDITIONS)
def test_example_response_passes_strict(edition):
    report = Contract(edition, strictness="strict").check_response(load_example(edition, "response"))

    assert report.violations == ()


@pytest.mark.parametrize("edition", ["v1", "v2"])
@pytest.mark.parametrize("name", ["created", "expired", "failure"])
def test_other_example_answers_pass_strict(edition, name):
    report = Contract(edition, strictness="strict").check_response(load_example(edition, name))

    assert report.violations == ()


@pytest.mark.parametrize("edition", EDITIONS)
def test_example_request_passes_strict(edition):
    report = Contract(edition, strictness="strict").check_request(load_example(edition, "request"))

    assert report.violations == ()
