"""Asks a server over HTTP: a connection of its own for each call, one deadline for all of it, bounded memory.

Whatever a server does is data: an answer, or the trouble that kept it away. Only one that cannot be reached at all is
an error.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import ssl
import threading
import time
import urllib.parse
from collections.abc import Iterable

from taskmock.contracts.verify.transport.exchange import Call, Exchange
from taskmock.contracts.verify.transport.request import RequestThread, UnreachableError

SHORTEST = 8
"""Shorter secrets are not looked for: they would be found in names and ids that have nothing to do with them."""


class Secrets:
    """Stars out secrets, in any form in which a server may repeat them; lengths stay, so JSON stays JSON."""

    def __init__(self, secrets: Iterable[str]) -> None:
        told = [secret for secret in secrets if len(secret) >= SHORTEST]
        forms = {form for secret in told for form in _forms(secret)}
        self._forms = tuple(sorted(forms, key=len, reverse=True))

    def starred(self, text: str) -> str:
        """A text without them."""
        for form in self._forms:
            text = text.replace(form, "*" * len(form))
        return text

    def starred_bytes(self, raw: bytes) -> bytes:
        """The same of bytes in UTF-8."""
        for form in self._forms:
            raw = raw.replace(form.encode("utf-8"), b"*" * len(form.encode("utf-8")))
        return raw


def _forms(secret: str) -> set[str]:
    """How a secret may be written: as it is, in a URL, in JSON, and in JSON that stands as text in JSON."""
    plain = {secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret)}
    once = {form for text in plain for form in _in_json(text)}
    return plain | once | {form for text in once for form in _in_json(text)}


def _in_json(text: str) -> set[str]:
    quoted = json.dumps(text)[1:-1]
    return {quoted, quoted.replace("/", "\\/"), json.dumps(text, ensure_ascii=False)[1:-1]}


__all__ = ["Client", "Tls", "TlsError", "UnreachableError"]


class TlsError(ValueError):
    """Certificates that cannot be used; the text names the file."""


@dataclasses.dataclass(frozen=True, slots=True)
class Tls:
    """How a server proves who it is, and the client: files in PEM; `insecure` takes any server for the right one.

    `ca_file` stands in the place of the authorities that the system trusts; `client_cert` holds a certificate and its
    key.
    """

    ca_file: str | None = None
    client_cert: str | None = None
    insecure: bool = False

    def context(self) -> ssl.SSLContext:
        """What connections are made with.

        Raises: TlsError where a file cannot be read or used.
        """
        try:
            context = ssl.create_default_context(cafile=self.ca_file)
        except (OSError, ValueError) as error:
            raise TlsError(f"cannot use the certificates in {self.ca_file}: {_reason(error)}") from None
        if self.client_cert is not None:
            try:
                context.load_cert_chain(self.client_cert, password=_no_password)
            except (OSError, ValueError) as error:
                raise TlsError(f"cannot use the client's certificate in {self.client_cert}: {_reason(error)}") from None
        if self.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


class Client:
    """Asks with one patience and one set of certificates; may be used by several threads at once."""

    def __init__(self, *, timeout: float, tls: Tls | None = None, secrets: Iterable[str] = ()) -> None:
        """Raises: TlsError where a certificate's file cannot be used."""
        self._timeout = timeout
        self._tls = functools.cache((tls or Tls()).context)
        self._secrets = Secrets(secrets)
        if tls is not None:
            self._tls()

    def ask(self, call: Call) -> Exchange:
        """What comes of a call, within `timeout` seconds.

        Raises: UnreachableError where no connection to the server could be made.
        """
        began = time.monotonic()
        attempt = RequestThread(call, deadline=began + self._timeout, timeout=self._timeout, tls=self._tls)
        threading.Thread(target=attempt.run, name="taskmock-call", daemon=True).start()
        answer = attempt.result()
        ended = time.monotonic()
        trouble = answer.trouble
        if trouble is not None:
            starred = (self._secrets.starred(text) for text in (trouble.message, trouble.value))
            trouble = type(trouble)(trouble.code, *starred)
        return Exchange(
            call=call,
            at=ended,
            seconds=ended - began,
            status=answer.status,
            headers=tuple((name.lower(), self._secrets.starred(value)) for name, value in answer.headers),
            body=self._secrets.starred_bytes(answer.body),
            trouble=trouble,
        )


def _no_password() -> str:
    return ""  # without it OpenSSL asks at the terminal


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return "it is no PEM that OpenSSL can use"
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
