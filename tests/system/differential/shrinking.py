"""A pair with a difference made smaller, as long as a difference of the same kind stays."""

from __future__ import annotations

import dataclasses

from system.differential.mock import Life
from taskmock.mockserver.core.flow import Activity, Branch, BranchKind, Loop, Subprocess

MOST_TRIES = 400
"""The smaller pairs that are tried at most."""


def shrunk(life, kind, kind_of):
    """The smallest pair found with a difference of a kind; `kind_of` gives the kinds of a pair's differences."""
    tries = 0
    going = True
    while going:
        going = False
        for smaller in _smaller(life):
            tries += 1
            if tries > MOST_TRIES:
                return life
            if kind in kind_of(smaller):
                life, going = smaller, True
                break
    return life


def again(script, operations, dialect):
    """The life of a script with those of the operations whose node is there."""
    life = Life(script, dialect)
    for operation in operations:
        if operation.label in life.labels:
            life.give(operation)
    return life


def _smaller(life):
    """Lives that are smaller by one thing."""
    operations = life.operations
    for number in range(len(operations)):
        yield again(life.script, operations[:number] + operations[number + 1 :], life.dialect)
    for flow in _flows(life.script.flow):
        if flow:
            yield again(dataclasses.replace(life.script, flow=flow), operations, life.dialect)


def _flows(flow):
    """Flows that are smaller by one step, or by something in one."""
    for number, step in enumerate(flow):
        for instead in ((), *_inside(step), *((one,) for one in _simpler(step))):
            yield flow[:number] + tuple(instead) + flow[number + 1 :]


def _inside(step):
    """What can stand for a whole step: the flows in it."""
    match step:
        case Branch():
            yield from (arm.flow for arm in step.arms if arm.flow)
        case Subprocess() | Loop():
            yield step.flow


def _simpler(step):
    """A step that is simpler by one thing."""
    match step:
        case Activity():
            yield from _simpler_activity(step)
        case Subprocess():
            if step.fails is not None:
                yield dataclasses.replace(step, fails=None)
            yield from (dataclasses.replace(step, flow=flow) for flow in _flows(step.flow) if flow)
        case Loop():
            if step.limit is not None:
                yield dataclasses.replace(step, limit=None)
            if step.times > 1:
                yield dataclasses.replace(step, times=step.times - 1)
            yield from (dataclasses.replace(step, flow=flow) for flow in _flows(step.flow) if flow)
        case Branch():
            yield from _simpler_branch(step)


def _simpler_activity(step):
    for name, value in (
        ("times_out", None),
        ("auto_retry", None),
        ("ignored", False),
        ("retryable", True),
        ("skippable", True),
    ):
        if getattr(step, name) != value:
            yield dataclasses.replace(step, **{name: value})
    if len(step.attempts) > 1:
        yield dataclasses.replace(step, attempts=step.attempts[:-1])
    if step.attempts[-1].fails is not None:
        attempts = (*step.attempts[:-1], dataclasses.replace(step.attempts[-1], fails=None))
        yield dataclasses.replace(step, attempts=attempts)


def _simpler_branch(step):
    for number, arm in enumerate(step.arms):
        if len(step.arms) > 2:  # a gateway has two arms at least
            arms = step.arms[:number] + step.arms[number + 1 :]
            taken = tuple(name for name in step.take if name != arm.name)
            if taken or not step.take:
                yield dataclasses.replace(step, arms=arms, take=taken)
        for flow in _flows(arm.flow):
            if flow or step.kind is BranchKind.EXCLUSIVE:
                smaller = dataclasses.replace(arm, flow=flow)
                yield dataclasses.replace(step, arms=(*step.arms[:number], smaller, *step.arms[number + 1 :]))
