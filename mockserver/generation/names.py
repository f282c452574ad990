"""Human names for tasks and nodes: a frozen pool for English and Chinese, live Faker for other locales.

The frozen pools are shipped, so that one seed names a tree the same in every release and under every version of Faker.
A live pool is stable for one version of Faker only.
"""

from __future__ import annotations

import functools
import importlib.resources
import json

POOL_SIZE = 256
"""Phrases in a pool."""

FROZEN = ("en", "zh")
"""Locales whose pool is shipped."""


class LocaleError(ValueError):
    """A locale that neither has a frozen pool nor is known to Faker; `missing`: Faker is not installed."""

    def __init__(self, locale: str, *, missing: bool = False) -> None:
        self.locale = locale
        more = "with taskmock[faker] installed any of Faker's" if missing else "one of Faker's"
        super().__init__(f"unknown locale {locale!r}; allowed: {', '.join(FROZEN)}, or {more} such as ja_JP")


@functools.cache
def pool_for(locale: str) -> tuple[str, ...]:
    """The phrases of a locale (`en`, `zh`, their regions such as `zh_CN`, or any locale that Faker has).

    Raises:
        LocaleError: There is no frozen pool, and Faker does not know the locale or is not installed.
    """
    language = locale.replace("-", "_").split("_")[0].lower()
    if language in FROZEN:
        text = importlib.resources.files(__package__).joinpath("phrases.json").read_text("utf-8")
        return tuple(json.loads(text)[language])
    return _drawn_pool(locale)


def _drawn_pool(locale: str) -> tuple[str, ...]:
    """A pool of `POOL_SIZE` different phrases, drawn with Faker, always in the same order for one version of it."""
    try:
        from faker import Faker
    except ImportError:
        raise LocaleError(locale, missing=True) from None

    try:
        fake = Faker(locale)
    except AttributeError:
        raise LocaleError(locale) from None
    if not locale:  # to Faker that is its own choice
        raise LocaleError(locale)
    fake.seed_instance(POOL_SIZE)
    phrases: dict[str, None] = {}
    while len(phrases) < POOL_SIZE:
        phrases[fake.sentence(nb_words=3).rstrip(".。")] = None
    return tuple(phrases)
