"""Random tasks asked with random flags, at every moment and in every edition: all that goes out keeps the contract."""

import random

import pytest

from support.generated_tasks import readings as generated_readings
from support.generated_tasks import wish_for
from support.random_tasks import Life
from support.task_replaying import readings
from taskmock.contracts import Contract
from taskmock.mockserver.api.bk_sops.documents.flags import Flags
from taskmock.mockserver.api.bk_sops.documents.renderer import can_be_answered, data_at, failure_of
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS
from taskmock.mockserver.dry_run.frames import sample_record
from taskmock.mockserver.generation.generator import generate
from taskmock.mockserver.playback.player import played

pytestmark = pytest.mark.sweep

CHUNKS = 6
PER_CHUNK = 10
UNKNOWN = "n" + 31 * "0"

CONTRACTS = {edition: Contract(edition, strictness="strict") for edition in EDITIONS}

editions = pytest.mark.parametrize("edition", EDITIONS)
chunks = pytest.mark.parametrize("chunk", range(CHUNKS))


def numbers(chunk):
    return range(chunk * PER_CHUNK, (chunk + 1) * PER_CHUNK)


def parameters(chance, graph):
    """Some flags, as a client sends them."""
    said = {"task_id": "10"}
    if chance.random() < 0.5:
        said["subprocess_id"] = chance.choice([node.id for node in graph.nodes] + [UNKNOWN])
    for name in ("with_ex_data", "with_failed_node_info", "with_auto_retry_status"):
        if chance.random() < 0.5:
            said[name] = chance.choice(("True", "false", "1"))
    return said


def answer(record, history, edition, moment, said, *, quirks):
    """The body of an answer."""
    chosen = EDITIONS[edition]
    view = Flags.of(said).view(history.graph, chosen, quirks=quirks)
    if not can_be_answered(history, chosen, moment, view):
        return {"result": False, "message": failure_of("10", view), "code": 3599999}
    data = data_at(record, history, chosen, moment, view)
    return {"result": True, "data": data} | ({} if edition == "doc-2019" else {"code": 0, "message": ""})


def violations(record, history, edition, moments, chance):
    """What the strict contract says against answers at these moments to flags that are drawn for each."""
    for moment in moments:
        said, quirks = parameters(chance, history.graph), chance.random() < 0.7
        report = CONTRACTS[edition].check_response(
            answer(record, history, edition, moment, said, quirks=quirks), request=said
        )
        caught = {f"trap.{trap.name}" for trap in history.traps if trap.at <= moment}
        yield from ((moment, said, quirks, found) for found in report.violations if found.code not in caught)


@editions
@chunks
def test_flagged_answers_of_random_lives_keep_the_contract(chunk, edition):
    for number in numbers(chunk):
        life = Life(number, edition)
        history = life.history(life.log)

        found = violations(sample_record("lives"), history, edition, readings(history), random.Random(number))

        assert list(found) == [], number


@editions
@chunks
def test_flagged_answers_of_generated_tasks_keep_the_contract(chunk, edition):
    for seed in numbers(chunk):
        wish = wish_for(seed, edition)
        record = sample_record(str(seed))
        history = played(record, generate(str(seed), "10", wish).scenario.plays[0], EDITIONS[edition])
        moments = generated_readings(seed, history, nodes=wish.nodes)

        found = violations(record, history, edition, moments, random.Random(seed))

        assert list(found) == [], (seed, wish)
