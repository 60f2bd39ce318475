"""The verbs officials and applicants use. None commits: the view, command or job opened ``transaction()``."""

from app.plugins.applications.service.deciding import approve, refuse, reopen
from app.plugins.applications.service.filing import save, submit, withdraw
from app.plugins.applications.service.materials import attach, detach, replace
from app.plugins.applications.service.paper import receive_paper
from app.plugins.applications.service.people import change_handler, reveal
from app.plugins.applications.service.results import mark_badged, mark_reported, mark_sent_back
from app.plugins.applications.service.reviewing import (
    check,
    declare_ineligible,
    keep_notes,
    pass_first,
    release,
    return_,
)
from app.plugins.applications.service.starting import start

__all__ = [
    "approve",
    "attach",
    "change_handler",
    "check",
    "declare_ineligible",
    "detach",
    "keep_notes",
    "mark_badged",
    "mark_reported",
    "mark_sent_back",
    "pass_first",
    "receive_paper",
    "refuse",
    "release",
    "reopen",
    "replace",
    "return_",
    "reveal",
    "save",
    "start",
    "submit",
    "withdraw",
]
