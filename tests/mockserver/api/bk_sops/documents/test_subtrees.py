"""Subtrees; rendering changes nothing."""

import json

import pytest

from support.scenario_building import (
    EPOCH,
    KEY,
    act,
    data,
    history,
    ms,
    named,
    play,
    sub,
)
from taskmock.mockserver.api.bk_sops.documents.status import EDITIONS, document
from taskmock.mockserver.core.graph import NOWHERE, ROOT
from taskmock.mockserver.core.state import State

SCRIPT = play(act("Prepare", 2), sub("Inner", act("Work", 3)), name="Release", start=1000)


def index_of(script, address):
    return history(script).graph.find(address)


# -- subtrees


@pytest.mark.parametrize("edition", ["v1", "v2"])
def test_subtree_is_called_as_the_task_and_keeps_its_ids(edition):
    whole = data(SCRIPT, 60, edition)

    subtree = data(SCRIPT, 60, edition, top=index_of(SCRIPT, "Inner"))

    assert subtree == {**named(whole, "Inner"), "name": "Release"}


def test_subtree_of_doc_2019_is_the_node_itself():
    assert data(SCRIPT, 60, "doc-2019", top=index_of(SCRIPT, "Inner")) == named(data(SCRIPT, 60, "doc-2019"), "Inner")


@pytest.mark.parametrize("edition", ["v1", "v2"])
@pytest.mark.parametrize("top", [index_of(SCRIPT, "Inner"), NOWHERE])
def test_subtree_not_reached_is_created(edition, top):
    assert data(SCRIPT, 2, edition, top=top) == data(SCRIPT, 0, edition)


def test_node_not_reached_is_created_under_its_own_id_in_doc_2019():
    top = index_of(SCRIPT, "Inner")

    created = data(SCRIPT, 2, "doc-2019", top=top)

    assert (created["state"], created["name"], created["start_time"]) == ("CREATED", "Inner", "")
    assert created["id"] == named(data(SCRIPT, 60, "doc-2019"), "Inner")["id"]


# -- rendering


def test_rendering_changes_nothing_and_gives_the_same_bytes():
    played = history(SCRIPT)
    tree = played.tree_at(ms(5))
    before = dict(tree.rows)

    texts = {json.dumps(document(tree, EDITIONS["v2"], epoch=EPOCH, key=KEY)) for _ in range(3)}

    assert len(texts) == 1
    assert dict(tree.rows) == before
    assert played.tree_at(ms(5)).rows == tree.rows


def test_documents_share_nothing():
    tree = history(SCRIPT).tree_at(ms(60))
    one, other = (document(tree, EDITIONS["v2"], epoch=EPOCH, key=KEY) for _ in range(2))

    one["children"].clear()

    assert other["children"]
    assert tree.rows[ROOT]


@pytest.mark.parametrize(
    ("edition", "state", "said"),
    [("doc-2019", "READY", "CREATED"), ("doc-2019", "RUNNING", "RUNNING"), ("v2", "READY", "READY")],
)
def test_word_for_a_state_is_the_editions(edition, state, said):
    assert EDITIONS[edition].word(State(state)) == said
