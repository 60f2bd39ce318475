"""What every page shows around its content: who is signed in, where the drill clock stands."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import gettext as _

from app.foundation import access, clock
from app.kernel.paths import depth


def _who() -> dict[str, str] | None:
    actor = access.current_actor()
    if actor.person_id is None:
        return None
    posts = sorted(actor.posts, key=lambda post: depth(post.path))
    labels = [access.policy().label("role", post.role) for post in posts]
    holders = dict.fromkeys(post.holder for post in posts)
    return {
        "name": actor.name,
        "office": "、".join(holders) or _("没有有效岗位"),
        "post": "、".join(dict.fromkeys(labels)),
    }


def _surroundings() -> dict[str, Any]:
    return {"drill": clock.drill(), "who": _who()}


def register(app: Flask) -> None:
    """Add the surroundings to every template."""
    app.context_processor(_surroundings)
