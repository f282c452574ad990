"""Fixes what property tests draw, and shows the values in failing assertions of the helper modules."""

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("support")

from support.properties import SAME  # noqa: E402 - its assertions are rewritten from here on

settings.load_profile(SAME)  # `--hypothesis-profile` comes later, and wins
