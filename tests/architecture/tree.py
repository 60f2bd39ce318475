"""The repository as files and as syntax, without git and without importing any of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache, lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = {".png", ".jpg", ".pdf", ".xlsx", ".ico", ".woff2"}


@lru_cache(maxsize=1)
def _ignored() -> tuple[str, ...]:
    lines = (ROOT / ".gitignore").read_text("utf-8").split()
    return (".git", *(line.rstrip("/") for line in lines))


@lru_cache(maxsize=1)
def files() -> tuple[Path, ...]:
    """Every file that belongs to the project: what is here less what .gitignore names."""

    def walk(folder: Path) -> Iterator[Path]:
        for path in sorted(folder.iterdir()):
            if any(fnmatch(path.name, pattern) for pattern in _ignored()):
                continue
            if path.is_dir():
                yield from walk(path)
            else:
                yield path

    return tuple(walk(ROOT))


def texts(*, below: str = "") -> Iterator[tuple[Path, str]]:
    """Text files (relative path, content), optionally only below a folder."""
    for path in files():
        relative = path.relative_to(ROOT)
        if relative.as_posix().startswith(below) and path.suffix not in BINARY:
            yield relative, path.read_text("utf-8")


@cache
def modules(below: str) -> tuple[tuple[str, ast.Module], ...]:
    """Dotted name and syntax of every Python module below a folder."""
    return tuple(
        (path.with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__"), ast.parse(content))
        for path, content in texts(below=below)
        if path.suffix == ".py"
    )


def imports(module: ast.AST) -> Iterator[str]:
    """Dotted names a module imports (absolute imports only are used here)."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(module: ast.AST) -> Iterator[str]:
    """Dotted text of everything that is called."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)
