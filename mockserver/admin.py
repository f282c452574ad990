"""Control over the running mock, JSON only, on paths that no real API has."""

from __future__ import annotations

import importlib.metadata
import json

from taskmock.mockserver.front.message import Reply
from taskmock.mockserver.playback import Playback

ADMIN = "/__admin"


class Admin:
    """Answers the paths under `/__admin`."""

    def __init__(self, playback: Playback) -> None:
        self._playback = playback

    def answer(self, method: str, path: str, session: str) -> Reply:
        """The reply to a call of the admin API; errors are JSON too."""
        if path.rstrip("/") != f"{ADMIN}/health":
            return _json(404, {"error": f"no such path: {path}", "paths": [f"{ADMIN}/health"]})
        if method not in {"GET", "HEAD"}:
            return _json(405, {"error": f"{method} is not allowed here", "allowed": ["GET"]})
        return _json(
            200,
            {
                "status": "healthy",
                "version": importlib.metadata.version("taskmock"),
                "session": session,
                "sessions": len(self._playback.store.sessions()),
            },
        )


def _json(status: int, body: object) -> Reply:
    return Reply(status, (("Content-Type", "application/json"),), json.dumps(body).encode("ascii"))
