"""Every kind of mutation that the judge must catch, by name."""

from __future__ import annotations

from taskmock.contracts.selftest import body, identity, parents, shape, times
from taskmock.contracts.selftest.mutation import Mutation

MUTATIONS: tuple[Mutation, ...] = (
    *shape.MUTATIONS,
    *body.MUTATIONS,
    *identity.MUTATIONS,
    *parents.MUTATIONS,
    *times.MUTATIONS,
)
