"""What this API tells playback: how its editions play, recorded states, and what the real server's cache keeps."""

from __future__ import annotations

from taskmock.mockserver.api.bk_sops.documents.edition import Edition
from taskmock.mockserver.api.bk_sops.documents.flags import Selection, View
from taskmock.mockserver.api.bk_sops.documents.recorded import recorded_state, viewed
from taskmock.mockserver.api.bk_sops.documents.status import PLAYED
from taskmock.mockserver.core.engine.history import History
from taskmock.mockserver.core.state import State
from taskmock.mockserver.playback.poll import Playing, Query

DEFAULT_EDITION = "doc-2019"
"""The edition that counts where neither the user nor the scenario names one: the document, not a server."""


def edition_of(playing: Playing) -> Edition:
    """The edition in which a task's answers are written."""
    return PLAYED[playing.edition.name]


def view_of(query: Query, history: History, edition: Edition) -> View:
    """What a query's selection comes to for the task that it reaches."""
    flags, quirks = query.selection if isinstance(query.selection, Selection) else Selection()
    return flags.view(history.graph, edition, node_id=query.node_id, quirks=quirks)


class SopsPresenter:
    """This API as playback knows it (a `Presenter`)."""

    default_edition = DEFAULT_EDITION

    def edition(self, name: str) -> Edition:
        """How tasks play in an edition."""
        return PLAYED[name]

    def state(self, body: object, address: str) -> str | None:
        """The state of the task, or of a node by its id or name, in a recorded answer of any shape; None without."""
        return recorded_state(body, address)

    def is_cached(self, playing: Playing, query: Query, moment: int) -> bool:
        """Whether the real server keeps its answer: never one that fails, nor one that is only created (facts)."""
        history = playing.history
        view = view_of(query, history, edition_of(playing))
        frame = history.frame_at(moment)
        if frame is not None:
            body = viewed(frame.body, view)
            return body is not None and body.get("result") is True and recorded_state(body) != State.CREATED
        if history.expired_at(moment):
            return not view.needs_id
        return history.reached_at(view.top, moment)

    def variant(self, playing: Playing, query: Query) -> str:
        """The flags of a query that its task's edition knows, as one text: the real server's cache keys by them."""
        return view_of(query, playing.history, edition_of(playing)).flags.query


PRESENTER = SopsPresenter()
"""The one that every playback of this API gets."""
