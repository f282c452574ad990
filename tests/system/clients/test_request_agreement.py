"""What the mock's door accepts, the judge of requests accepts, and the other way round."""

from support.request_agreement import Requests

DRAWN = 600
"""`python -m support.request_agreement 20000` draws more."""


def test_mock_and_judge_agree_on_every_request():
    requests = Requests("suite")
    found = [requests.outcome() for _ in range(DRAWN)]

    assert [outcome for outcome in found if not outcome.agrees] == []
    assert 0.4 < sum(outcome.mock == "" for outcome in found) / DRAWN < 0.6
