"""The mock's side of a pair: a script and its operations on the mock's own engine, as rows at every moment."""

from __future__ import annotations

from system.differential.wishes import labels_of
from taskmock.mockserver.core.command import Command, Entry, Verb
from taskmock.mockserver.core.engine.engine import Setting
from taskmock.mockserver.core.engine.history import history_of
from taskmock.mockserver.core.errors import CommandRefusedError
from taskmock.mockserver.core.graph import ROOT, graph_of

KEY = "pair"


class Life:
    """One script with the operations that were given to it, and what was answered to each."""

    def __init__(self, script, dialect):
        self.script = script
        self.dialect = dialect
        self.graph = graph_of(script.flow, name="Task", key=KEY, prefix="n")
        self.labels = labels_of(self.graph)
        self.setting = Setting(start=script.start, dispatch=script.dispatch, dialect=dialect)
        self.operations = []
        self.answers = []
        self._log = []
        self._history = None

    @property
    def history(self):
        """All changes under the accepted operations."""
        if self._history is None:
            self._history = history_of(self.graph, self.setting, (), self._log)
        return self._history

    def rows_at(self, moment):
        """The rows at a moment, by index."""
        return self.history.tree_at(moment).rows

    def give(self, operation):
        """Gives an operation; it is accepted, or refused with the engine's words."""
        self.operations.append(operation)
        node = self.labels[operation.label]
        command = Command(verb=operation.verb, target=node.id, data=self._data(operation, node))
        entry = Entry(at=operation.at, command=command)
        try:
            history = history_of(self.graph, self.setting, (), [*self._log, entry])
        except CommandRefusedError as error:
            bare = error.raised in {"", error.reason}
            self.answers.append((False, error.reason if bare else f"{error.raised}: {error.reason}"))
        else:
            self.answers.append((True, ""))
            self._log.append(entry)
            self._history = history

    def _data(self, operation, node):
        if operation.verb not in {Verb.SKIP_EXCLUSIVE, Verb.SKIP_CONDITIONAL}:
            return operation.data
        names = [arm.name for arm in getattr(node.step, "arms", ())] or ["a", "b", "c"]
        if operation.verb is Verb.SKIP_EXCLUSIVE:
            return names[min(operation.data, len(names) - 1)]
        return [names[min(number, len(names) - 1)] for number in operation.data]

    def looks(self):
        """The rows after every moment at which something has changed."""
        places, rows, looks, changes = {}, {}, [], self.history.changes
        for number, (at, index, row) in enumerate(changes):
            if row is None and index in rows:
                del rows[index]
                del places[index]
            else:
                places.setdefault(index, at)
                if row is not None:
                    rows[index] = row
            if number + 1 == len(changes) or changes[number + 1].at > at:
                plain = [self._plain(index, rows[index], places) for index in places if index in rows]
                looks.append({"at": at, "rows": plain})
        return looks

    def _plain(self, index, row, places):
        node = self.graph.nodes[index]
        return {
            "id": node.id,
            "parent": self.graph.nodes[node.parent].id if index != ROOT else "",
            "state": row.state.value,
            "version": row.version,
            "loop": row.loop,
            "retry": row.retry,
            "skip": row.skip,
            "error_ignored": row.error_ignored,
            "placed": places[index],
            "start": row.start,
            "finish": row.finish,
            "ex_data": row.ex_data if row.state == "FAILED" else None,
        }
