"""Values of dataclasses as plain JSON and back, by the types that their fields declare. It knows no class by name."""

from __future__ import annotations

import collections.abc
import dataclasses
import enum
import json
import types
import typing
from collections.abc import Callable, Mapping

Write = Callable[[typing.Any], object]
Read = Callable[[typing.Any], object]


class UnreadableError(ValueError):
    """A text that holds no value of the type that is expected."""


class UnwritableError(ValueError):
    """A value that JSON cannot hold."""


class _Form(typing.NamedTuple):
    """How the values of a type are written as plain data, and read from it."""

    write: Write
    read: Read


class Codec:
    """Writes and reads values of any type whose parts are dataclasses, named tuples, enums, lists and plain data.

    A field that stands at its default is left out, and a field that is not there gets its default. `own` says how
    values of some classes are written and read.

    Raises:
        TypeError: From both methods, where a field has a type that has no form here.
    """

    def __init__(self, own: Mapping[type, tuple[Write, Read]] | None = None) -> None:
        self._forms: dict[object, _Form] = {kind: _Form(*form) for kind, form in (own or {}).items()}

    def text(self, kind: object, value: object) -> str:
        """A value of a type as JSON, all of it ASCII.

        Raises:
            UnwritableError: It holds what JSON cannot.
        """
        write = self._form(kind).write
        try:
            return json.dumps(write(value), separators=(",", ":"))
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise UnwritableError(str(error)) from None

    def value(self, kind: object, text: str) -> typing.Any:  # noqa: ANN401  # a value of the type
        """The value of a type that a text holds.

        Raises:
            UnreadableError: It holds none.
        """
        read = self._form(kind).read
        try:
            return read(json.loads(text))
        except (ValueError, TypeError, RecursionError) as error:
            raise UnreadableError(str(error)) from None

    def _form(self, kind: object) -> _Form:
        if kind not in self._forms:
            self._forms[kind] = self._made(kind)
        return self._forms[kind]

    def _made(self, kind: object) -> _Form:
        origin, parts = typing.get_origin(kind), typing.get_args(kind)
        if kind is object:
            return _Form(_same, _same)
        if kind in _PLAIN:
            return _plain(_PLAIN[kind])
        if origin in {typing.Union, types.UnionType}:
            return self._union(parts)
        if origin is tuple and len(parts) == 2 and parts[1] is Ellipsis:
            return self._sequence(self._form(parts[0]))
        if origin in {collections.abc.Mapping, dict}:
            return self._mapping(*parts)
        if isinstance(kind, type):
            if dataclasses.is_dataclass(kind):
                return self._dataclass(kind)
            if issubclass(kind, enum.StrEnum):
                return _Form(str, kind)
            if issubclass(kind, tuple) and hasattr(kind, "_fields"):
                return self._named_tuple(kind)
        raise TypeError(f"values of the type {kind!r} have no form in which they are kept")

    def _union(self, parts: tuple[object, ...]) -> _Form:
        """A plain value of several types, or None beside another type."""
        others = [part for part in parts if part is not type(None)]
        if all(part in _PLAIN for part in others):
            return _plain(tuple(kind for part in parts for kind in _PLAIN[part]))
        if len(others) != 1:
            raise TypeError(f"values of the types {parts!r} cannot be told apart where they are kept")
        write, read = self._form(others[0])
        return _Form(
            lambda value: None if value is None else write(value), lambda data: None if data is None else read(data)
        )

    def _sequence(self, part: _Form) -> _Form:
        write, read = part
        return _Form(
            lambda value: [write(one) for one in value], lambda data: tuple(read(one) for one in _checked(data, list))
        )

    def _mapping(self, key: object, value: object) -> _Form:
        """Pairs of keys and values, as keys may be None."""
        pair = (self._form(key), self._form(value))
        return _Form(
            lambda mapping: [[pair[0].write(key), pair[1].write(one)] for key, one in mapping.items()],
            lambda data: {pair[0].read(key): pair[1].read(one) for key, one in _checked(data, list)},
        )

    def _named_tuple(self, kind: type) -> _Form:
        fields: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]  # every named tuple has it
        hints = typing.get_type_hints(kind)
        forms = [self._form(hints[field]) for field in fields]
        return _Form(
            lambda value: [form.write(part) for form, part in zip(forms, value, strict=True)],
            lambda data: kind(*(form.read(part) for form, part in zip(forms, _checked(data, list), strict=True))),
        )

    def _dataclass(self, kind: type) -> _Form:
        hints = typing.get_type_hints(kind)
        fields = dataclasses.fields(kind)
        forms = {field.name: self._form(hints[field.name]) for field in fields}
        defaults = {field.name: _default(field) for field in fields}

        def write(value: object) -> object:
            said = {}
            for name, (written, _) in forms.items():
                part = getattr(value, name)
                if not _is_default(part, defaults[name]):
                    said[name] = written(part)
            return said

        def read(data: object) -> object:
            return kind(**{name: forms[name].read(part) for name, part in _checked(data, dict).items()})

        return _Form(write, _known(read))


_PLAIN: dict[object, tuple[type, ...]] = {
    str: (str,),
    int: (int,),
    bool: (bool,),
    float: (float, int),
    type(None): (type(None),),
}
"""The types of plain values, with what JSON gives for them."""

_NOTHING = object()
_COMPARED = (str, int, float)


def _same(value: object) -> object:
    return value


def _plain(kinds: tuple[type, ...]) -> _Form:
    allowed = frozenset(kinds)

    def read(data: object) -> object:
        if type(data) not in allowed:
            raise UnreadableError(f"{data!r:.80} stands where {', '.join(kind.__name__ for kind in kinds)} should")
        return data

    return _Form(_same, read)


def _checked(data: object, kind: type) -> typing.Any:  # noqa: ANN401  # of that kind
    if type(data) is not kind:
        raise UnreadableError(f"{data!r:.80} stands where a {kind.__name__} should")
    return data


def _known(read: Read) -> Read:
    """The reader of a class: a field that it does not have is an error of the text."""

    def checked(data: object) -> object:
        try:
            return read(data)
        except KeyError as error:
            raise UnreadableError(f"there is no field {error}") from None

    return checked


def _is_default(part: object, default: object) -> bool:
    """Whether a value is the default to the letter: 1 is not 1.0."""
    if part is default:
        return True
    is_plain = isinstance(part, _COMPARED) or not part
    return is_plain and type(part) is type(default) and part == default


def _default(field: dataclasses.Field[object]) -> object:
    if field.default is not dataclasses.MISSING:
        return field.default
    return _NOTHING if field.default_factory is dataclasses.MISSING else field.default_factory()
