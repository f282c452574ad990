"""What a deployment promises of calls that it ought to refuse; whether it does is its own business."""

from __future__ import annotations

from taskmock.contracts.suite.verdict import Verdict


def test_a_call_that_ought_to_be_refused_is_answered_in_form(taskmock_probe: Verdict) -> None:
    """A refusal has the gateway's status and codes and a whole envelope: no crash, no page in HTML."""
    taskmock_probe.holds()
