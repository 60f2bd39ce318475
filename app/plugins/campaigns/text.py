"""The notice's own text: typed, or Markdown files of an office's data by reference; rendered without raw HTML."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from flask import current_app
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from app.kernel.errors import N_, NotSeen
from app.plugins.campaigns.models import Campaign

DEEPEST = 6


def body(campaign: Campaign) -> Markup:
    """The notice's text, see ``source``, under its title and number."""
    said = source(campaign)
    return render(said if said.startswith("# ") else f"# {campaign.title}\n\n{campaign.document}\n\n{said}")


def source(campaign: Campaign) -> str:
    """The notice's text as it was written, in Markdown.

    Raises:
        NotSeen: the file is not where the campaign says.
    """
    return campaign.text or _read(campaign, campaign.body)


def annex(campaign: Campaign, number: int) -> tuple[str, Markup]:
    """Title and text of an annex.

    Raises:
        NotSeen: there is no such annex, or its file is missing.
    """
    found = next((one for one in campaign.annexes if one["number"] == number), None)
    if found is None:
        raise NotSeen("annex-not-seen", N_("这份文件没有附件%(n)s。"), n=number)
    return str(found["title"]), render(found.get("text") or _read(campaign, found["file"]))


def _read(campaign: Campaign, name: str) -> str:
    folder = (Path(current_app.config["TENANTS_DIR"]) / campaign.folder).resolve()
    path = (folder / name).resolve()
    if not path.is_relative_to(folder) or not path.is_file():
        current_app.logger.error("campaign %s: text %s is missing", campaign.id, name)
        raise NotSeen("text-missing", N_("文件正文缺失，请联系系统管理岗恢复数据目录。"))
    return path.read_text("utf-8")


@lru_cache(maxsize=32)
def render(text: str) -> Markup:
    """Markdown as HTML: tables yes; raw HTML, images and script addresses no. Headings stand one level lower."""
    # `html` off: what looks like a tag is printed, never interpreted.
    reader = (
        MarkdownIt("commonmark", {"html": False})
        .enable("table")
        .disable(["image", "html_block", "html_inline"])
    )
    tokens = reader.parse(text)
    _lower_headings(tokens)
    return Markup(reader.renderer.render(tokens, reader.options, {}))  # noqa: S704 - raw HTML is off # nosec B704


def _lower_headings(tokens: Sequence[Token]) -> None:
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1:]) + 1, DEEPEST)}"
