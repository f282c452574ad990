"""Generated tasks: every answer keeps the strict contract, and the same seed gives the same bytes everywhere."""

import hashlib
import json
import os
import pathlib
import subprocess
import sys

import pytest

from support import generated_tasks as generated
from support.places import ROOT
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS
from taskmock.mockserver.dry_run.frames import sample
from taskmock.mockserver.generation.options import STATES, GenerateOptions

pytestmark = pytest.mark.sweep

SEEDS = 300
CHUNKS = 10

GOLDEN = {
    "doc-2019 en 1 12": "b2d78dfbbf8aa1ff",
    "doc-2019 en 2 40": "b325741ca75b3848",
    "doc-2019 en golden 300": "5bca04da08a8daef",
    "doc-2019 zh 1 12": "e4c9f6f7216395ab",
    "doc-2019 zh 2 40": "3665987e3261ecff",
    "doc-2019 zh golden 300": "1d9b92d7ffc8b257",
    "v1 en 1 12": "cc35c84b960e7c5a",
    "v1 en 2 40": "b32841891d6b0637",
    "v1 en golden 300": "b4901b9516597ebd",
    "v1 zh 1 12": "54afe60c2b0ae485",
    "v1 zh 2 40": "24a3db4e1b10fb38",
    "v1 zh golden 300": "f30c8b61f7353a5e",
    "v2 en 1 12": "75301a463f0e832c",
    "v2 en 2 40": "521aaa65a4812c16",
    "v2 en golden 300": "2b020e093ab37a51",
    "v2 zh 1 12": "e106ad7bf15ba16e",
    "v2 zh 2 40": "4275236ca749b2b4",
    "v2 zh golden 300": "7f309ee25de5f53b",
}
"""What `hashes` gave when the generator was made: a change of these is a change of every user's seeds."""


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_answer_keeps_the_strict_contract(chunk, edition):
    for seed in range(chunk * SEEDS // CHUNKS, (chunk + 1) * SEEDS // CHUNKS):
        found, judged = generated.findings(seed, edition)

        assert found == []
        assert judged or generated.wish_for(seed, edition).state == "EXPIRED"


def test_wishes_cover_sizes_states_and_locales():
    wishes = [generated.wish_for(seed, edition) for seed in range(SEEDS) for edition in EDITIONS]

    assert min(wish.nodes for wish in wishes) == 1
    assert max(wish.nodes for wish in wishes) > 280
    assert sum(wish.nodes > generated.SMALL for wish in wishes) > SEEDS / 2
    for edition in EDITIONS:
        assert {wish.state for wish in wishes if wish.edition == edition} == {None, *STATES[edition]}
    assert {wish.locale for wish in wishes} == {"en", "zh"}


def hashes():
    """The first 16 digits of the SHA-256 of some answers, by what was asked for."""
    found = {}
    for edition in EDITIONS:
        for locale in ("en", "zh"):
            for seed, nodes in (("1", 12), ("2", 40), ("golden", 300)):
                text = sample(seed, GenerateOptions(nodes=nodes, edition=edition, locale=locale))
                found[f"{edition} {locale} {seed} {nodes}"] = hashlib.sha256(text).hexdigest()[:16]
    return found


def test_seeds_give_the_golden_bytes():
    assert hashes() == GOLDEN


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_seeds_give_the_same_bytes_in_another_process(hash_seed):
    folder = pathlib.Path(__file__).parent
    code = "import json, test_generated_tasks as tests; print(json.dumps(tests.hashes()))"
    env = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT / "tests")}

    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True, cwd=folder)

    assert json.loads(done.stdout) == GOLDEN
