"""征求意见."""

from __future__ import annotations

from app.foundation.plugin import Plugin


class OpinionsPlugin(Plugin):
    """What the consulted desks say of a case: asked, answered, due; never a veto (S4, C-1)."""

    name = "opinions"
    title = "征求意见"
    requires = ("applications",)
