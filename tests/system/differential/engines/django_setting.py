"""Django for the engines: one SQLite database in memory, no broker, and a clock that is a number."""

from __future__ import annotations

import contextlib
import logging
import re
import sys

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from system.differential.engines.message_queue import MessageQueue

APPS = ("pipeline", "pipeline.log", "pipeline.engine", "pipeline.component_framework", "pipeline.variable_framework")
"""What both engines need."""


class Clock:
    """What the engines take for the time of day: that of the queue of the present run."""

    queue = MessageQueue()

    @classmethod
    def now(cls):
        """The present time of day."""
        return cls.queue.time()


class _NoMigrations:
    """Tables are made from the models at once: the migrations would take seconds."""

    def __contains__(self, app):
        return True

    def __getitem__(self, app):
        return None


def _is_met(condition, _context, extra_info=None):
    """Whether a condition of a gateway is met: the engine's own parser would take most of the time."""
    left, sign, right = re.split("(==|<|>=)", condition.replace(" ", ""))
    return {"==": left == right, "<": int(left) < int(right), ">=": int(left) >= int(right)}[sign]


def set_up(*more):
    """Prepares Django for an engine, and makes the tables."""
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", *APPS, *more],
        MIGRATION_MODULES=_NoMigrations(),
        USE_TZ=True,
        SECRET_KEY="none",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        PIPELINE_EXCLUSIVE_GATEWAY_EXPR_FUNC=_is_met,
    )
    logging.disable(logging.CRITICAL)
    timezone.now = Clock.now
    with contextlib.redirect_stdout(sys.stderr):
        django.setup()
        call_command("migrate", verbosity=0, run_syncdb=True)
    connection.ensure_connection()


RUNS = ("pipeline.engine", "pipeline.eri", "pipeline.log")
"""The apps that keep what a run leaves."""

KEPT = {"engine_functionswitch"}
"""The tables that a run only reads."""


@contextlib.contextmanager
def forgotten():
    """A run of which nothing stays in the database; in no transaction, as a worker of an engine is in none."""
    models = [model for app in apps.get_app_configs() if app.name in RUNS for model in app.get_models()]
    try:
        yield
    finally:
        with connection.cursor() as cursor, connection.constraint_checks_disabled():
            for model in models:
                if model._meta.db_table not in KEPT:
                    cursor.execute(f"DELETE FROM {model._meta.db_table}")
