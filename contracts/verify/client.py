"""Asks a server over HTTP: a connection of its own for each call, one deadline for all of it, bounded memory.

Whatever a server does is data: an answer, or the trouble that kept it away. Only one that cannot be reached at all is
an error.
"""

from __future__ import annotations

import dataclasses
import functools
import ssl
import threading
import time
from collections.abc import Iterable

from taskmock.contracts.verify.attempt import Attempt, UnreachableError
from taskmock.contracts.verify.exchange import Call, Exchange
from taskmock.contracts.verify.secret import Secrets

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
        attempt = Attempt(call, deadline=began + self._timeout, timeout=self._timeout, tls=self._tls)
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
