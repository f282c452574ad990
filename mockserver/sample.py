"""One generated answer as a whole body, without any server."""

from __future__ import annotations

from typing import Any

import orjson

from taskmock.mockserver.clock import EPOCH
from taskmock.mockserver.generator import SCENARIO_NAME, generate
from taskmock.mockserver.record import DEFAULT_SESSION, TASK_ID, Record, RecordKey
from taskmock.mockserver.rendering import data_at, played
from taskmock.mockserver.view import WHOLE_TASK
from taskmock.mockserver.wire import EDITIONS
from taskmock.mockserver.wish import Wish


def sample(seed: str, wish: Wish) -> bytes:
    """A whole answer as indented JSON: the task that a seed gives, at the moment at which it is as wished.

    Raises:
        GenerateError: No such tree can be.
        LocaleError: Nobody knows the locale.
    """
    generated = generate(seed, TASK_ID, wish)
    edition, moment = EDITIONS[wish.edition], generated.moment
    record = sample_record(seed)
    history = played(record, generated.scenario.plays[0], edition)
    body: dict[str, Any] = {"result": True, "data": data_at(record, history, edition, moment, WHOLE_TASK)}
    if edition.served:  # the document's example has no more keys
        body |= {"code": 0, "message": ""}
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def sample_record(seed: str) -> Record:
    """The record of the task that a sample answers for, as no poll has touched it."""
    return Record(key=RecordKey(DEFAULT_SESSION, SCENARIO_NAME, TASK_ID), digest="", seed=seed, epoch=EPOCH)
