"""Unpacking of compressed answers piece by piece, with a limit on what comes out: a small answer may be a bomb."""

from __future__ import annotations

import zlib

from taskmock.contracts.findings.violation import clip

ACCEPTED = ("gzip", "deflate")
"""What a client asks for in Accept-Encoding, as those of the real API do."""

_EITHER = 32 + zlib.MAX_WBITS  # gzip or zlib, told by the first bytes
_RAW = -zlib.MAX_WBITS


class InflationError(ValueError):
    """A body that is not packed as its Content-Encoding says; the text says what is wrong."""


class Inflation:
    """One body on its way in; `encoding` is its Content-Encoding.

    Raises: InflationError for an encoding that was not asked for.
    """

    def __init__(self, encoding: str | None) -> None:
        name = (encoding or "identity").strip().lower()
        if name not in {*ACCEPTED, "x-gzip", "identity", ""}:
            raise InflationError(f"nobody asked for the Content-Encoding {clip(name)}")
        self._name = name
        self._machine = None if name in {"identity", ""} else zlib.decompressobj(_EITHER)
        self._fresh = True

    def fed(self, piece: bytes, most: int) -> bytes:
        """What the next piece of the body unpacks to, at most `most` bytes of it.

        Raises: InflationError where it cannot be unpacked.
        """
        if self._machine is None:
            return piece[:most]
        unpacked = bytearray()
        while piece and len(unpacked) < most:
            unpacked += self._decompressed(piece, most - len(unpacked))
            piece = self._machine.unconsumed_tail
            if self._machine.eof:  # gzip may have several members, one after the other
                piece = self._machine.unused_data
                self._machine = zlib.decompressobj(_EITHER) if piece else self._machine
                if not piece:
                    break
        return bytes(unpacked)

    def finish(self) -> None:
        """Raises: InflationError where the body ended in the midst of what is packed."""
        if self._machine is not None and not self._machine.eof and not self._fresh:
            raise InflationError(f"the body ends in the midst of its {self._name} data")

    def _decompressed(self, piece: bytes, most: int) -> bytes:
        assert self._machine is not None  # noqa: S101 - told by the caller
        try:
            unpacked = self._machine.decompress(piece, most)
        except zlib.error:
            if not self._fresh or self._name != "deflate":
                raise InflationError(f"the body is labelled {self._name}, and cannot be unpacked") from None
            self._machine = zlib.decompressobj(_RAW)  # some servers leave out zlib's frame
            unpacked = self._unframed(piece, most)
        self._fresh = False
        return unpacked

    def _unframed(self, piece: bytes, most: int) -> bytes:
        assert self._machine is not None  # noqa: S101 - made by the caller
        try:
            return self._machine.decompress(piece, most)
        except zlib.error:
            raise InflationError("the body is labelled deflate, and cannot be unpacked") from None
