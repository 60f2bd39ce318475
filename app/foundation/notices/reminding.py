"""The daily reminders as one kind of job: what there is to remind of, each plugin says for itself."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, current_app

from app.foundation import jobs

_KEY = "bianban.notices.reminders"

Reminder = Callable[[jobs.Work], None]


def offer(app: Flask, reminder: Reminder) -> None:
    """Let something be run whenever reminders are due; idempotent, as it may run twice on a day."""
    app.extensions.setdefault(_KEY, []).append(reminder)


def remind(work: jobs.Work) -> None:
    """Run what this app's plugins offer, one after another."""
    for reminder in current_app.extensions.get(_KEY, ()):
        reminder(work)
