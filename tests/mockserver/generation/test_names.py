"""Pools of names: two frozen ones, and live ones of Faker's locales."""

import subprocess
import sys

import pytest

from taskmock.mockserver.generation.names import POOL_SIZE, LocaleError, pool_for


@pytest.mark.parametrize("locale", ["en", "zh", "ja_JP"])
def test_pool_holds_different_phrases(locale):
    pool = pool_for(locale)

    assert len(set(pool)) == len(pool) == POOL_SIZE
    assert all(phrase.strip() == phrase and phrase for phrase in pool)


@pytest.mark.parametrize(("locale", "language"), [("en_GB", "en"), ("zh-CN", "zh"), ("ZH_tw", "zh")])
def test_regions_share_the_pool_of_their_language(locale, language):
    assert pool_for(locale) == pool_for(language)


def test_live_pool_is_the_same_each_time():
    made = pool_for("ja_JP")
    pool_for.cache_clear()

    assert pool_for("ja_JP") == made


@pytest.mark.parametrize("locale", ["tlh", "", "x" * 50])
def test_unknown_locale_is_an_error(locale):
    with pytest.raises(LocaleError) as caught:
        pool_for(locale)

    assert str(caught.value) == f"unknown locale {locale!r}; allowed: en, zh, or one of Faker's such as ja_JP"
    assert caught.value.locale == locale


def test_frozen_pools_need_no_faker():
    code = "from taskmock.mockserver.generation.names import pool_for; pool_for('en'); sys.exit('faker' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", f"import sys; {code}"], check=False).returncode == 0


def test_other_locale_without_faker_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "faker", None)

    with pytest.raises(LocaleError) as caught:
        pool_for("fr_FR")

    allowed = "en, zh, or with taskmock[faker] installed any of Faker's such as ja_JP"
    assert str(caught.value) == f"unknown locale 'fr_FR'; allowed: {allowed}"
