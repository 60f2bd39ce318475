"""Charts of a table, drawn here as SVG that runs nothing: bars told apart by place, word and number, not by colour alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import pygal
from flask_babel import gettext as _
from pygal.style import Style

from app.plugins.aggregates.figures import Line
from app.plugins.aggregates.words import label_of_line

# pygal leaves an importer of a protocol long gone behind (for its maps, which nobody uses): whoever asks every importer
# for a specification, pytest among others, stumbles over it.
sys.meta_path[:] = [one for one in sys.meta_path if type(one).__module__ != "pygal"]

CHARTS = ("sheets", "sites")
FONT = 13
LONGEST = 12  # characters of a label
MARGIN = 12
MOST = 40  # lines of one chart; the table beside it has them all
FONTS = "'Noto Sans SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"
# Done, waiting: light enough for the black numbers on them.
COLOURS = ("#7fb58a", "#e0b6a8")
# An image of ours: its own style sheet, nothing else.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def svg(chart: str, by: str, lines: Sequence[Line]) -> bytes:
    """One chart of a table as an SVG image.

    Args:
        chart: ``sheets`` (in and missing) or ``sites`` (with and without a Chinese domain).
    """
    shown = list(lines)[:MOST]
    names = [label_of_line(by, line) for line in shown]
    drawn = pygal.HorizontalStackedBar(
        js=[],
        no_prefix=True,
        style=_style(),
        width=640,
        height=110 + 34 * max(len(shown), 1),
        print_values=True,
        print_zeroes=False,
        legend_at_bottom=True,
        legend_at_bottom_columns=2,
        show_y_guides=True,
        truncate_label=LONGEST,
        margin=MARGIN,
        margin_left=MARGIN + _wider(names),
        title=None,
        no_data_text=str(_("还没有数据")),
    )
    drawn.uuid = f"{chart}-{by}"  # pygal takes a random one: the same figures are to give the same bytes
    drawn.add_xml_filter(_without_scripts)
    # Bars stand from the bottom up: turned round they read in the table's order.
    shown.reverse()
    drawn.x_labels = names[::-1]
    for word, name in _series(chart):
        drawn.add(word, [getattr(line.numbers, name) for line in shown])
    return bytes(drawn.render())


def _wider(names: Sequence[str]) -> int:
    """By how much labels in Han are wider than pygal takes them to be (six tenths of the height a character)."""
    longest = max((min(len(name), LONGEST) for name in names), default=0)
    return round(longest * FONT * 0.45)


def _series(chart: str) -> list[tuple[str, str]]:
    if chart == "sheets":
        return [(str(_("已收")), "received"), (str(_("未收")), "missing")]
    return [(str(_("有中文域名")), "chinese"), (str(_("无中文域名")), "no_chinese")]


def _style() -> Style:
    return Style(
        background="#fff",
        plot_background="#fff",
        foreground="#333",
        foreground_strong="#222",
        foreground_subtle="#666",
        opacity="1",
        opacity_hover="1",
        colors=COLOURS,
        value_colors=("#222", "#222"),
        font_family=FONTS,
        label_font_size=FONT,
        major_label_font_size=FONT,
        value_font_size=FONT,
        legend_font_size=FONT,
        no_data_font_size=18,
    )


def _without_scripts(tree: Any) -> Any:
    """pygal writes its settings into a script even where nothing is to run, and the day into a comment."""
    for parent in tree.iter():
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag.rpartition("}")[2] == "script":
                parent.remove(child)
    return tree
