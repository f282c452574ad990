"""The sample answers of the API's public documents, of all their versions, are judged as what they are.

The data hold the shapes alone: which fields there are and of which kinds, with values of our own. Where a sample of
success has the code of a failure, a slip, the code is 0.
"""

import json

import pytest

from support.places import DATA
from taskmock.contracts import Contract
from taskmock.schemas import VARIANTS, base_of

TEXT = (DATA / "published_shapes.jsonl").read_text(encoding="utf-8")
SAMPLES = [json.loads(line) for line in TEXT.splitlines()]
ENGINE_1_OF_2020 = [sample for sample in SAMPLES if sample["edition"] in VARIANTS]


def names(samples):
    return [f"{number}-{sample['call']}" for number, sample in enumerate(samples)]


@pytest.mark.parametrize("sample", SAMPLES, ids=names(SAMPLES))
def test_published_sample_passes_as_what_it_is(sample):
    report = Contract(operation=sample["call"]).check_response(sample["body"])

    assert (report.ok, report.edition) == (True, sample["edition"]), report.violations


@pytest.mark.parametrize("sample", ENGINE_1_OF_2020, ids=names(ENGINE_1_OF_2020))
def test_published_sample_of_older_servers_is_none_of_the_edition(sample):
    edition = base_of(sample["edition"])

    assert not Contract(edition, operation=sample["call"]).check_response(sample["body"]).ok


def test_every_call_of_the_documents_has_a_sample():
    assert len({sample["call"] for sample in SAMPLES}) == 17
