"""What may stand in the repository, and what must not be written in it."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.architecture.tree import BINARY, ROOT, files, texts

TOP_LEVEL = {
    "app", "tenants", "policies", "migrations", "translations", "tests",
    "wsgi.py", "pyproject.toml", "README.md", "CHANGELOG.md", "Makefile", "requirements.lock", "LICENSE", "NOTICE",
    "SECURITY.md",
}  # fmt: skip

# Written with a bracketed letter so that this file does not find itself.
FORBIDDEN = {
    "a path of somebody's machine": r"(?<![\w.:/}])/(?:w[o]rk|t[m]p|r[o]ot|h[o]me|f[a]rm|U[s]ers|o[p]t)/",
    "an address of a package registry": r"py[p]i\.org|python[h]osted|npm[j]s\.(?:org|com)|deb\.d[e]bian|index[-_]u[r]l\s*=",
    "the folder beside the repository": r"\.\./sh[a]red|Path\([^)]*[\"']sh[a]red[\"']",
    "unfinished work": r"\b(?:T[O]DO|F[I]XME|X[X]X)\b",
}


def test_only_known_names_stand_at_the_top() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in files()}
    assert {name for name in found if not name.startswith(".")} <= TOP_LEVEL


def test_every_name_the_top_promises_is_there() -> None:
    assert {name for name in TOP_LEVEL if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_mentions(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{path}:{number}: {line.strip()[:100]}"
        for path, content in texts()
        for number, line in enumerate(content.splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []


def test_every_text_file_is_utf8_with_unix_line_ends() -> None:
    faults = []
    for path in files():
        if path.suffix in BINARY:
            continue
        content = path.read_bytes()
        try:
            content.decode("utf-8")
        except UnicodeDecodeError as error:
            faults.append(f"{path.relative_to(ROOT)}: {error}")
        if content.startswith(b"\xef\xbb\xbf") or b"\r\n" in content:
            faults.append(f"{path.relative_to(ROOT)}: byte order mark or CRLF")
    assert faults == []


def test_no_office_is_named_in_the_program() -> None:
    """Offices, deadlines and contacts are data in tenants/ and policies/."""
    names = re.compile("常德|武陵|鼎城|柳叶湖|桃花源|西湖管理区|西洞庭|湖南")
    found = [
        f"{path}:{number}: {line.strip()[:80]}"
        for path, content in texts(below="app/")
        for number, line in enumerate(content.splitlines(), start=1)
        if names.search(line)
    ]
    assert found == []


def test_the_readme_begins_with_the_two_commands() -> None:
    first, second = (ROOT / "README.md").read_text("utf-8").splitlines()[:2]
    assert "`make run`" in first
    assert "`make test`" in second


def test_the_mark_of_every_server_test_is_declared() -> None:
    with (ROOT / "pyproject.toml").open("rb") as handle:
        markers = tomllib.load(handle)["tool"]["pytest"]["ini_options"]["markers"]
    assert {marker.partition(":")[0] for marker in markers} == {"postgres", "redis", "browser"}
