"""The tables of engine 2 in memory: as much of Django's managers and querysets as its runtime asks for.

The runtime's own code runs as it is; only its database is another one, since SQLite would take most of the time.
"""

from __future__ import annotations

import copy
import itertools

from django.db.models.expressions import CombinedExpression, F, Value
from django.utils import timezone


def keep_in_memory(*models):
    """Gives each model a table in memory in the place of its manager."""
    for model in models:
        model.objects = Table(model)


class Table:
    """The rows of one model."""

    def __init__(self, model):
        self.model = model
        self.rows = []
        self._numbers = itertools.count(1)
        self._clocks = [field.name for field in model._meta.fields if getattr(field, "auto_now_add", False)]

    def clear(self):
        """Forgets all rows."""
        self.rows.clear()

    def create(self, **fields):
        """Adds a row."""
        row = self.model(**fields)
        self._add(row)
        return copy.copy(row)

    def bulk_create(self, rows, batch_size=None):
        """Adds rows."""
        for row in rows:
            self._add(row)
        return rows

    def _add(self, row):
        row.pk = next(self._numbers)
        for name in self._clocks:
            setattr(row, name, timezone.now())
        self.rows.append(row)

    def filter(self, **wanted):
        """The rows that have these values."""
        return Found(self, list(self.rows), wanted)

    def all(self):
        """All rows."""
        return self.filter()

    def get(self, **wanted):
        """The one row that has these values."""
        return self.filter(**wanted).get()


class Found:
    """Rows that were asked for; looked for as late as a queryset does it."""

    def __init__(self, table, rows, wanted):
        self._table = table
        self._rows = rows
        self._wanted = wanted
        self._kept = None

    def filter(self, **wanted):
        """Those of them that have these values too."""
        return Found(self._table, self._matching(), wanted)

    def _matching(self):
        return [row for row in self._rows if all(_has(row, name, value) for name, value in self._wanted.items())]

    def _found(self):
        if self._kept is None:
            self._kept = [copy.copy(row) for row in self._matching()]
        return self._kept

    def only(self, *_names):
        """The same rows."""
        return self

    defer = only

    def order_by(self, *_names):
        """The same rows: they stand in the order of their numbers."""
        return self

    def values_list(self, name, *, flat):
        """One value of each."""
        return [getattr(row, name) for row in self._found()]

    def exists(self):
        """Whether there is one."""
        return bool(self._matching())

    def first(self):
        """The first one."""
        return next(iter(self._found()), None)

    def get(self):
        """The only one."""
        found = self._found()
        model = self._table.model
        if not found:
            raise model.DoesNotExist(f"{model.__name__} matching query does not exist.")
        if len(found) > 1:
            raise model.MultipleObjectsReturned(f"get() returned more than one {model.__name__}")
        return found[0]

    def update(self, **fields):
        """Writes values into each; how many they are."""
        rows = self._matching()
        for row in rows:
            for name, value in {name: _value(row, value) for name, value in fields.items()}.items():
                setattr(row, name, value)
        return len(rows)

    def delete(self):
        """Removes each."""
        gone = self._matching()
        self._table.rows[:] = [row for row in self._table.rows if not any(row is one for one in gone)]

    def __iter__(self):
        return iter(self._found())

    def __len__(self):
        return len(self._found())

    def __getitem__(self, number):
        return self._found()[number]


def _has(row, name, wanted):
    if name.endswith("__in"):
        return getattr(row, name.removesuffix("__in")) in wanted
    return getattr(row, name) == _value(row, wanted)


def _value(row, value):
    match value:
        case F():
            return getattr(row, value.name)
        case CombinedExpression():
            assert value.connector == CombinedExpression.ADD
            return _value(row, value.lhs) + _value(row, value.rhs)
        case Value():
            return value.value
    return value
