"""What people call a value that the system stores as a word: states, kinds, verbs; each with the tone of its chip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# ok: done, and nothing else · w: waiting for somebody · r: yours to do, or an end that hurts · b: under way · g: at rest
TONES = frozenset({"ok", "w", "r", "b", "g"})

VERB = "verb"

_LABELS: dict[str, dict[str, tuple[Any, str]]] = {VERB: {}}


def add(kind: str, words: Mapping[str, Any]) -> None:
    """Name the values of a kind: ``{value: (label, tone)}``, or ``{value: label}`` where no chip is drawn.

    Raises:
        ValueError: an unknown tone, or a value that already has another label.
    """
    known = _LABELS.setdefault(kind, {})
    for value, word in words.items():
        label, tone = word if isinstance(word, tuple) else (word, "g")
        if tone not in TONES:
            raise ValueError(f"{kind}.{value}: unknown tone {tone!r}")
        if value in known and str(known[value][0]) != str(label):
            raise ValueError(f"{kind}.{value}: already named {known[value][0]}")
        known[value] = (label, tone)


def of(kind: str, value: str) -> tuple[str, str]:
    """Label and tone of one value.

    Raises:
        LookupError: the kind or the value has no name; nothing nameless is shown to a person.
    """
    try:
        label, tone = _LABELS[kind][value]
    except KeyError:
        raise LookupError(f"no label for {kind}.{value}") from None
    return str(label), tone


def verb(value: str) -> str:
    """The name of an audit verb; a verb of a plugin that is switched off keeps its stored form."""
    label, _tone = _LABELS[VERB].get(value, (value, ""))
    return str(label)


def choices(kind: str) -> list[tuple[str, str]]:
    """All values of a kind with their labels, in the order they were named.

    Raises:
        LookupError: nobody named this kind.
    """
    if kind not in _LABELS:
        raise LookupError(f"no labels for {kind}")
    return [(value, str(label)) for value, (label, _tone) in _LABELS[kind].items()]
