"""One generated answer as a whole body, without any server."""

from __future__ import annotations

from typing import Any

import orjson

from taskmock.mockserver.clock import EPOCH
from taskmock.mockserver.generator import SCENARIO_NAME, Generated, Wish, generate
from taskmock.mockserver.graph import graph_of
from taskmock.mockserver.ledger import Setting
from taskmock.mockserver.timeline import History, history_of
from taskmock.mockserver.wire import EDITIONS, document, expired

TASK_ID = "10"
"""The task id that a sample answers for."""


def sample(seed: str, wish: Wish) -> bytes:
    """A whole answer as indented JSON: the task that a seed gives, at the moment at which it is as wished.

    Raises:
        GenerateError: No such tree can be.
        LocaleError: Nobody knows the locale.
    """
    generated = generate(seed, TASK_ID, wish)
    play = generated.scenario.plays[0]
    if play.expires is not None:
        data = expired(play.name or TASK_ID)
    else:
        tree = sample_history(seed, wish, generated).tree_at(generated.moment)
        data = document(tree, EDITIONS[wish.edition], epoch=EPOCH, key=_key(seed))
    body: dict[str, Any] = {"result": True, "data": data}
    if wish.edition != "doc-2019":  # the document's example has no more keys
        body |= {"code": 0, "message": ""}
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def sample_history(seed: str, wish: Wish, generated: Generated) -> History:
    """All changes of a generated task."""
    play, edition = generated.scenario.plays[0], EDITIONS[wish.edition]
    graph = graph_of(play.flow, name=play.name or TASK_ID, key=_key(seed), prefix=edition.prefix)
    setting = Setting(start=play.start, dispatch=play.dispatch, generation=edition.generation)
    return history_of(graph, setting, play.events)


def _key(seed: str) -> str:
    return f"{seed}:{SCENARIO_NAME}:{TASK_ID}"
