"""What is read off the code: exceptions to the security checks give their reason; nothing executes what it is told."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from app.config import ROOT

APP = sorted((ROOT / "app").rglob("*.py"))
TEMPLATES = sorted((ROOT / "app").rglob("*.html"))
SCRIPTS = sorted((ROOT / "app").rglob("*.js"))
# The one module that starts programs: backups need PostgreSQL's own (see the test of it below).
STARTS_PROGRAMS = ROOT / "app" / "foundation" / "backup" / "programs.py"


def _lines(paths: list[Path]) -> list[tuple[str, str]]:
    return [
        (f"{path.relative_to(ROOT)}:{number}", line)
        for path in paths
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
    ]


def test_every_exception_for_bandit_names_its_rule_and_its_reason() -> None:
    for where, line in _lines(APP):
        if "nosec" in line:
            assert re.search(r"#.*[a-z]{3,}.*# nosec B\d{3}$", line), f"{where}: rule and reason"


def test_nothing_is_evaluated_or_unpickled_or_run_in_a_shell() -> None:
    banned = {"eval", "exec", "compile", "__import__"}
    modules = {"pickle", "marshal", "shelve", "subprocess", "xml", "lxml", "telnetlib", "ldap"}
    for path in APP:
        needed = {"subprocess"} if path == STARTS_PROGRAMS else set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in banned, f"{path}:{node.lineno}"
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
                assert node.attr not in {"system", "popen", "execv", "spawnl"}, f"{path}:{node.lineno}"
            if isinstance(node, ast.Import):
                assert not {alias.name.partition(".")[0] for alias in node.names} & modules - needed, (
                    f"{path}:{node.lineno}"
                )
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").partition(".")[0] not in modules, f"{path}:{node.lineno}"


def test_programs_are_started_in_one_place_by_name_and_never_through_a_shell() -> None:
    """pg_dump and pg_restore, arguments as a list, no shell: nothing typed by anybody becomes a command."""
    module = ast.parse(STARTS_PROGRAMS.read_text("utf-8"))
    started = [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("subprocess.")
    ]
    assert [ast.unparse(node.func) for node in started] == ["subprocess.Popen"]
    assert "shell" not in {keyword.arg for keyword in started[0].keywords}
    assert 'PROGRAMS = ("pg_dump", "pg_restore")' in STARTS_PROGRAMS.read_text("utf-8")
    command = next(
        node.value for node in ast.walk(module)
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "command"
    )  # fmt: skip
    assert ast.unparse(command) == "[str(find(name)), *arguments]", "find() refuses any other name"


CALLS_OUT = {
    "requests", "httpx", "urllib3", "aiohttp", "socket", "ftplib", "smtplib", "imaplib", "poplib", "urllib.request",
    "http.client",
}  # fmt: skip
# The ways out, each to an address that the operator gives in the environment.
PORTS = {
    "app/foundation/files/clamd.py": "socket",
    "app/foundation/notices/smtp.py": "smtplib",
    "app/foundation/notices/https.py": "http.client",
    "app/foundation/notices/bounces.py": "imaplib",
}
# What may use them: the modules that make ports of the settings, and the gateways they are made of.
MAKES_PORTS = {
    "app/foundation/files/cli.py",
    "app/foundation/files/scanning.py",
    "app/foundation/notices/ports.py",
    "app/foundation/notices/sms.py",
    "app/foundation/notices/returns.py",
}


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            names |= {node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


def test_no_program_calls_out() -> None:
    """The platform asks other servers nothing but mail, texts, returned mail and the virus scanner, by ports made of the settings alone:
    there is nothing to forge a request with."""
    out, users = {}, set()
    for path in APP:
        name, imported = path.relative_to(ROOT).as_posix(), _imported(path)
        calling = {one for one in imported if one in CALLS_OUT or one.partition(".")[0] in CALLS_OUT}
        if calling:
            out[name] = calling
        if imported & {port.removesuffix(".py").replace("/", ".") for port in PORTS}:
            users.add(name)
    assert out == {name: {module} for name, module in PORTS.items()}
    assert users <= MAKES_PORTS | set(PORTS)
    for path in (ROOT / name for name in (*PORTS, *MAKES_PORTS)):
        assert not {one for one in _imported(path) if one.startswith("flask.request") or one == "flask.g"}, (
            path
        )


@pytest.mark.parametrize(
    "pattern", [r"\son[a-z]+\s*=\s*[\"']", r"javascript:", r"<style", r"autoescape\s+false"]
)
def test_templates_hold_nothing_the_policy_would_have_to_allow(pattern: str) -> None:
    for where, line in _lines(TEMPLATES):
        assert not re.search(pattern, line, re.IGNORECASE), f"{where}: {line.strip()[:80]}"


# What may stand before ``| safe``, word for word, by template: FAB's widgets, which render templates of ours.
MODEL = "app/foundation/admin/templates/appbuilder/general/model"
SAFE = {
    f"{MODEL}/add.html": ["widgets.get('add')(form_action=form_action) | safe"],
    f"{MODEL}/edit.html": ["widgets.get('edit')(form_action=form_action) | safe"],
    f"{MODEL}/list.html": ["widgets.get('list')() | safe"],
    f"{MODEL}/show.html": ["widgets.get('show')() | safe"],
    "app/foundation/admin/templates/appbuilder/general/lib.html": [
        "shown[loop.index0](pk=pk) | safe if pk is not none else shown[loop.index0]() | safe"
    ],
}


def unescaped(template: str) -> list[str]:
    """Every expression of a template whose text is printed as it is."""
    text = re.sub(r"{#.*?#}", "", template, flags=re.DOTALL)
    found = re.findall(r"{{-?\s*(.*?)\s*-?}}", text, re.DOTALL)
    found += re.findall(r"{%-?\s*(.*?)\s*-?%}", text, re.DOTALL)
    words = re.compile(r"\|\s*safe\b|\bfilter\s+safe\b|\bMarkup\b|\|\s*map\(\s*[\"']safe[\"']")
    return [one for one in found if words.search(one)]


def test_templates_print_no_text_unescaped() -> None:
    """``| safe`` stands only where it stands on the list, on exactly that expression."""
    found = {str(path.relative_to(ROOT)): unescaped(path.read_text("utf-8")) for path in TEMPLATES}
    assert {path: expressions for path, expressions in found.items() if expressions} == SAFE


@pytest.mark.parametrize(
    "line",
    [
        "{{ form.name.data | safe }}",
        '<form method="post">{{ application.organ_name | safe }}',
        "<td>{{ shown.name|safe }}</td>",
        '<p class="icon">{{-\n  row.name\n  |  safe\n-}}</p>',
        "{% set text = row.name | safe %}",
        "{% filter safe %}{{ row.name }}{% endfilter %}",
        "{{ names | map('safe') | join }}",
        "{{ Markup(row.name) }}",
    ],
)
def test_text_printed_unescaped_is_noticed(line: str) -> None:
    assert unescaped(line)


def test_escaped_text_is_let_pass() -> None:
    assert unescaped("{# | safe #}{{ form.name }}{% set above = '' | safe_url_for %}{{ safe }}") == []


def test_every_inline_script_carries_the_nonce() -> None:
    for where, line in _lines(TEMPLATES):
        for tag in re.findall(r"<script[^>]*>", line):
            assert "nonce" in tag or "application/json" in tag, f"{where}: {tag}"


def test_scripts_of_ours_make_no_code_of_text_and_keep_nothing() -> None:
    for where, line in _lines(SCRIPTS):
        for word in (
            "eval(",
            "new Function",
            "innerHTML",
            "document.write",
            "localStorage",
            "indexedDB",
            "document.cookie",
        ):
            assert word not in line, f"{where}: {word}"


def test_no_secret_stands_in_the_repository() -> None:
    """No private key, and nothing of the shape of our own keys, but those the tests make up."""
    shapes = (r"BEGIN [A-Z ]*PRIVATE KEY", r"(?<![\w/+-])[A-Za-z0-9_-]{43}=(?![\w=])", r"AKIA[0-9A-Z]{16}")
    for path in (
        *APP,
        *TEMPLATES,
        *SCRIPTS,
        *(ROOT / "tenants").rglob("*.yaml"),
        *(ROOT / "policies").rglob("*.yaml"),
    ):
        text = path.read_text("utf-8")
        for shape in shapes:
            assert not re.search(shape, text), f"{path}: {shape}"
