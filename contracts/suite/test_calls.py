"""What a deployment promises of the other calls about a task that only read."""

from __future__ import annotations

from taskmock.contracts.suite.verdict import Verdict


def test_the_call_keeps_its_contract_and_agrees_with_the_status(taskmock_call: Verdict) -> None:
    """Each call answers in its own form; the pipeline tree and the status tree tell of the same nodes."""
    taskmock_call.holds()
