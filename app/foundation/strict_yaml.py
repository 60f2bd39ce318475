"""YAML that must be exactly what is expected: unknown, missing, doubled or mistyped keys are refused."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path

import yaml


class ShapeError(ValueError):
    """The data has another shape than expected; the message names the place."""


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML lets a later key silently replace an earlier one; this does not."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        seen: set[object] = set()
        for key_node, _ in node.value:
            if key_node.value in seen:
                raise ShapeError(f"line {key_node.start_mark.line + 1}: {key_node.value!r} is given twice")
            seen.add(key_node.value)
        return super().construct_mapping(node, deep=deep)


def read(path: Path) -> Section:
    """The mapping in a file.

    Raises:
        ShapeError: the file cannot be read, is no YAML, or is no mapping.
    """
    try:
        # A SafeLoader subclass: builds plain data only.
        data = yaml.load(path.read_text("utf-8"), Loader=_UniqueKeyLoader)  # noqa: S506 - safe # nosec B506
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ShapeError) as error:
        raise ShapeError(f"{path.name}: {error}") from error
    return Section(data, path.name)


class Section:
    """A mapping with text keys whose values are taken out by type; every complaint names the place."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise ShapeError(f"{where}: expected a mapping with text keys")
        self._values: Mapping[str, object] = value
        self.where = where

    def keys(self) -> tuple[str, ...]:
        """The keys as they stand."""
        return tuple(self._values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def only(self, *known: str) -> Section:
        """This section, refused if it holds a key that is not known."""
        unknown = sorted(set(self._values) - set(known))
        if unknown:
            raise ShapeError(f"{self.where}: unknown key {', '.join(unknown)}")
        return self

    def _take(self, key: str) -> object:
        if key not in self._values:
            raise ShapeError(f"{self.where}: {key} is missing")
        return self._values[key]

    def _wrong(self, key: str, expected: str) -> ShapeError:
        return ShapeError(f"{self.where}: {key} must be {expected}, not {self._values[key]!r}")

    def section(self, key: str) -> Section:
        """The mapping under a key."""
        return Section(self._take(key), f"{self.where}: {key}")

    def sections(self) -> Iterator[tuple[str, Section]]:
        """Every key with the mapping under it."""
        return ((key, self.section(key)) for key in self._values)

    def listed(self, key: str) -> tuple[Section, ...]:
        """The mappings in a list, at least one."""
        value = self._take(key)
        if not isinstance(value, list) or not value:
            raise self._wrong(key, "a list of mappings")
        return tuple(Section(one, f"{self.where}: {key}[{at}]") for at, one in enumerate(value, start=1))

    def day(self, key: str, *, optional: bool = False) -> date | None:
        """A date, unquoted; with ``optional`` also nothing."""
        value = self._take(key)
        if value is None and optional:
            return None
        if not isinstance(value, date) or isinstance(value, datetime):
            raise self._wrong(key, "a date (yyyy-mm-dd)")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Text with something in it."""
        if default is not None and key not in self._values:
            return default
        value = self._take(key)
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key, "text")
        return value.strip()

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of different texts, which may be empty."""
        return () if self._values.get(key) == [] else self.texts(key)

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of different texts, at least one."""
        value = self._take(key)
        if not isinstance(value, list) or not value or not all(isinstance(one, str) and one for one in value):
            raise self._wrong(key, "a list of texts")
        if len(set(value)) != len(value):
            raise self._wrong(key, "a list without repeats")
        return tuple(value)

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number above zero."""
        if default is not None and key not in self._values:
            return default
        value = self._take(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self._wrong(key, "a whole number above zero")
        return value

    def wholes(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers above zero, at least one."""
        value = self._take(key)
        numbers = value if isinstance(value, list) else []
        if not numbers or any(isinstance(n, bool) or not isinstance(n, int) or n < 1 for n in numbers):
            raise self._wrong(key, "a list of whole numbers above zero")
        return tuple(numbers)

    def flag(self, key: str, default: bool | None = None) -> bool:
        """true or false."""
        if default is not None and key not in self._values:
            return default
        value = self._take(key)
        if not isinstance(value, bool):
            raise self._wrong(key, "true or false")
        return value
