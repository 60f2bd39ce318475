"""征求意见."""

from __future__ import annotations

from app.foundation.plugin import Plugin
from app.plugins.opinions import models as _models  # noqa: F401  (Alembic sees every table)


class OpinionsPlugin(Plugin):
    """What the consulted desks say of a case: asked, answered, due; never a veto (S4, C-1)."""

    name = "opinions"
    title = "征求意见"
    requires = ("applications",)
