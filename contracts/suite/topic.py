"""Which test of the suite tells of a finding: every code belongs to one topic, and a topic to one test."""

from __future__ import annotations

import enum
import functools

from taskmock.contracts import lifecycle
from taskmock.contracts.rules import RULES


class Topic(enum.StrEnum):
    """What the codes of a test have in common; each rule of documents and of their course is a topic by itself."""

    SEEN = "verify."
    STATUS = "http.status"
    CONTENT_TYPE = "http.content-type"
    ANSWERED = "http."
    REQUEST_ID = "gateway.request-id"
    GATEWAY = "gateway."
    BODY = "body."
    ENVELOPE = "envelope."
    MISSING = "field.missing"
    TYPE = "field.type"
    UNDOCUMENTED = "field.undocumented"
    VALUE = "field."
    STATE = "state."
    OTHER = ""


DOCUMENT_RULES = tuple(rule.code for rule in RULES)
COURSE_RULES = (lifecycle.STALE, lifecycle.BACKWARDS, *(rule.code for rule in lifecycle.RULES))
EDITIONS = {rule.code: rule.editions for rule in RULES} | {rule.code: rule.editions for rule in lifecycle.RULES}
"""The editions of which a rule is said."""


@functools.cache
def topic_of(code: str) -> str:
    """The topic of a code: the first whose text it begins with, its own where it is that of a rule."""
    if code in DOCUMENT_RULES or code in COURSE_RULES:
        return code
    return next(topic for topic in Topic if code.startswith(topic))
