"""The rules that relate the answers of one task in the order they were polled; the engine's sentences, no clock."""

from __future__ import annotations

from taskmock.contracts.lifecycle.course import BACKWARDS, STALE, Course
from taskmock.contracts.lifecycle.judgement import RULES
from taskmock.contracts.lifecycle.poll import Poll
from taskmock.contracts.lifecycle.rule import Rule
from taskmock.contracts.lifecycle.snapshot import Snapshot

__all__ = ["BACKWARDS", "RULES", "STALE", "Course", "Poll", "Rule", "Snapshot"]
