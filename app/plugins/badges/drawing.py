"""What we draw: the badge image that hangs on a site, and the QR code of its verification page."""

from __future__ import annotations

from html import escape

import segno

WIDTH, HEIGHT = 72, 84

# organ red, institution blue; a badge that is not in force is grey whatever its track, and says so across it.
_FILL = {"organ": "#b3261e", "institution": "#1f4e8c"}
_AT_REST = "#6b7178"
_GOLD, _PALE = "#ffe9b0", "#d5d8dc"
_SHIELD = "M36 2 68 14v28c0 20-14 33-32 40C18 75 4 62 4 42V14z"
_INNER = "M36 8 62 18v24c0 16-11 27-26 33C21 69 10 58 10 42V18z"
_FONT = "'Noto Serif CJK SC','Source Han Serif SC',SimSun,STSong,serif"


def badge_svg(number: str, track: str, mark: tuple[str, str], standing: str = "") -> str:
    """The image of a badge as a stand-alone SVG.

    Args:
        mark: the two lines inside the shield.
        standing: empty while the badge is in force, else the word for what it is.
    """
    title = escape(" ".join(filter(None, ("".join(mark), number, standing))))
    fill, line = (_AT_REST, _PALE) if standing else (_FILL[track], _GOLD)
    middle = 'text-anchor="middle" fill="#fff"'
    words = "".join(
        f'<text x="36" y="{y}" {middle} font-size="15">{escape(text)}</text>'
        for y, text in zip((40, 60), mark, strict=True)
    )
    band = (
        f'<g transform="rotate(-20 36 42)"><rect x="-6" y="31" width="84" height="22" fill="#1c2024"/>'
        f'<text x="36" y="47" {middle} font-size="14" font-weight="700">{escape(standing)}</text></g>'
        if standing
        else ""
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title}" font-family="{_FONT}">'
        f'<title>{title}</title><path d="{_SHIELD}" fill="{fill}"/>'
        f'<path d="{_INNER}" fill="none" stroke="{line}" stroke-width="2"/>{words}{band}</svg>'
    )


def qr_svg(address: str) -> str:
    """A QR code as inline SVG, dark on white, without a document header."""
    drawn: str = segno.make(address, error="m", micro=False).svg_inline(
        scale=3, border=2, dark="#1c2024", light="#ffffff"
    )
    return drawn
