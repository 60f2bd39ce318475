"""The verbs officials and applicants use. None commits: the view, command or job opened ``transaction()``."""

from app.plugins.applications.service.deciding import approve, refuse, reopen
from app.plugins.applications.service.evidencing import attach_evidence, discard_evidence
from app.plugins.applications.service.excepting import allow_exception, disallow_exception
from app.plugins.applications.service.filing import attach, detach, reveal, save, start, submit, withdraw
from app.plugins.applications.service.guiding import undo_checkpoint, write_checkpoint
from app.plugins.applications.service.paper import receive_paper
from app.plugins.applications.service.results import mark_badged, mark_reported, mark_sent_back
from app.plugins.applications.service.revealing import reveal_each
from app.plugins.applications.service.reviewing import (
    check,
    declare_ineligible,
    keep_notes,
    pass_first,
    release,
    return_,
)

__all__ = [
    "allow_exception",
    "approve",
    "attach",
    "attach_evidence",
    "check",
    "declare_ineligible",
    "detach",
    "disallow_exception",
    "discard_evidence",
    "keep_notes",
    "mark_badged",
    "mark_reported",
    "mark_sent_back",
    "pass_first",
    "receive_paper",
    "refuse",
    "release",
    "reopen",
    "return_",
    "reveal",
    "reveal_each",
    "save",
    "start",
    "submit",
    "undo_checkpoint",
    "withdraw",
    "write_checkpoint",
]
