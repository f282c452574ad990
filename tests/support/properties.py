"""How the property tests draw: by default the same examples in every run, with the profile `fuzz` new and more ones.

`make fuzz` draws with the profile `fuzz`; a find of it becomes an `@example` of its test, which every run then tries.
"""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis.internal.conjecture import providers

SAME, FUZZ = "same", "fuzz"
MORE = 10
"""How many times as many examples `fuzz` draws."""

settings.register_profile(SAME, derandomize=True, database=None, deadline=None, max_examples=100)
settings.register_profile(FUZZ, derandomize=False, deadline=None, max_examples=100 * MORE, print_blob=True)

_constants_of_loaded_modules = providers._get_local_constants


def _constants() -> providers.Constants:
    """No constants of our own modules by default: which are loaded depends on the tests that a worker ran before."""
    return _constants_of_loaded_modules() if is_fuzz() else providers.Constants()


providers._get_local_constants = _constants


def is_fuzz() -> bool:
    """Whether this run draws at random."""
    return settings.get_current_profile_name() == FUZZ


def examples(count: int, **more: Any) -> settings:
    """The settings of a property that so many examples are drawn for by default."""
    return settings(max_examples=count * (MORE if is_fuzz() else 1), **more)
