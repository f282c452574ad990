"""Shows the values in failing assertions of the helper modules, as in the tests themselves."""

import pytest

pytest.register_assert_rewrite("support")
