"""Reading the files of ``tenants/``: strict about encoding, columns and keys; faults carry file and line."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from app.kernel.errors import N_, Refusal, fill


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the file, relative to ``tenants/``, and the line (from 1)."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one place; ``message`` is a msgid."""

    place: Place
    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.place}：{fill(self.message, self.params)}"


class TenantsInvalid(Refusal):
    """The data in ``tenants/`` does not hold; nothing was changed. ``problems`` says what and where."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("tenants-invalid", N_("机构数据有 %(n)s 处错误，未作任何更改。"), n=len(problems))
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(str(problem) for problem in self.problems)])


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a CSV file; cells are stripped."""

    place: Place
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


@dataclass(frozen=True, slots=True)
class Entry:
    """One top-level key of a YAML file (or one item of a list) with its line."""

    place: Place
    key: str
    value: Any


class _StrictLoader(yaml.SafeLoader):
    """YAML that refuses a key standing twice instead of keeping the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.constructor.ConstructorError(None, None, f"duplicate key {name!r}", key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


class Reader:
    """Reads files below one folder and gathers what is wrong with them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []

    def refuse(self, place: Place, message: str, **params: object) -> None:
        """Note one problem and go on, so that one run shows them all."""
        self.problems.append(Problem(place, message, params))

    def finish(self) -> None:
        """Raises:
        TenantsInvalid: anything was refused so far.
        """
        if self.problems:
            found = {str(p): p for p in self.problems}.values()
            raise TenantsInvalid(tuple(sorted(found, key=lambda p: (p.place.file, p.place.line))))

    def _text(self, path: Path) -> str | None:
        name = path.relative_to(self.root).as_posix()
        raw = path.read_bytes()
        if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
            self.refuse(Place(name, 1), N_("文件开头有字节顺序标记（BOM），请另存为不带 BOM 的 UTF-8。"))
            return None
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            self.refuse(Place(name, line), N_("不是 UTF-8 编码，请另存为 UTF-8。"))
            return None
        if "\x00" in text or "\ufffd" in text:
            at = min(text.find(bad) for bad in "\x00\ufffd" if bad in text)
            self.refuse(Place(name, text.count("\n", 0, at) + 1), N_("含有无法辨认的字符。"))
            return None
        return text

    def table(self, path: Path, columns: tuple[str, ...], *, needed: tuple[str, ...]) -> list[Row]:
        """The rows of a CSV file with exactly these columns, in any order; ``needed`` cells are not empty."""
        text = self._text(path)
        if text is None:
            return []
        name = path.relative_to(self.root).as_posix()
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows: list[Row] = []
        start = 1
        try:
            header = [cell.strip() for cell in next(reader, [])]
            if not self._header(name, header, columns):
                return []
            start = reader.line_num + 1
            for cells in reader:
                place, start = Place(name, start), reader.line_num + 1
                if not any(cell.strip() for cell in cells):
                    continue
                if len(cells) == len(header):
                    rows.append(Row(place, dict(zip(header, (c.strip() for c in cells), strict=True))))
                else:
                    message = N_("应有 %(want)s 列，实有 %(got)s 列。")
                    self.refuse(place, message, want=len(header), got=len(cells))
        except csv.Error:
            self.refuse(Place(name, start), N_("不是规范的 CSV：引号不成对或有非法换行。"))
            return []
        for row in rows:
            for column in needed:
                if not row[column]:
                    self.refuse(row.place, N_("“%(column)s”不能为空。"), column=column)
        return rows

    def _header(self, name: str, header: list[str], columns: tuple[str, ...]) -> bool:
        place = Place(name, 1)
        missing = [column for column in columns if column not in header]
        unknown = [column for column in header if column not in columns]
        if missing:
            self.refuse(place, N_("缺少列：%(columns)s。"), columns="、".join(missing))
        if unknown:
            self.refuse(place, N_("多出不认识的列：%(columns)s。"), columns="、".join(unknown))
        if len(set(header)) != len(header):
            self.refuse(place, N_("列名重复。"))
        return not missing and not unknown and len(set(header)) == len(header)

    def mapping(self, path: Path) -> list[Entry]:
        """The top-level entries of a YAML mapping with their lines."""
        text = self._text(path)
        if text is None:
            return []
        name = path.relative_to(self.root).as_posix()
        try:
            node, loaded = _load(text)
        except (yaml.YAMLError, ValueError) as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            line = mark.line + 1 if mark else 1
            self.refuse(Place(name, line), N_("不是规范的 YAML：%(error)s。"), error=_reason(error))
            return []
        if not isinstance(node, yaml.MappingNode):
            self.refuse(Place(name, 1), N_("应为“键: 值”形式的 YAML。"))
            return []
        return [
            Entry(Place(name, key.start_mark.line + 1), str(key.value), value)
            for (key, _node), value in zip(node.value, loaded.values(), strict=True)
        ]

    def day(self, row: Row, column: str) -> date | None:
        """The date in a cell (YYYY-MM-DD), None when empty or refused."""
        text = row[column]
        if not text:
            return None
        try:
            if len(text) == 10:
                return date.fromisoformat(text)
        except ValueError:
            pass
        message = N_("“%(column)s”不是有效日期：%(text)s，应为 2014-11-10 这样的形式。")
        self.refuse(row.place, message, column=column, text=text)
        return None


def _load(text: str) -> tuple[yaml.Node | None, Any]:
    """The document as nodes, which know their lines, and as plain data."""
    loader = _StrictLoader(text)
    try:
        node = loader.get_single_node()
        return node, loader.construct_document(node) if node is not None else None
    finally:
        loader.dispose()


def _reason(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error)
