"""The verbs officials and applicants use. None commits: the view, command or job opened ``transaction()``."""

from app.plugins.applications.service.claiming import claim, reassign, release
from app.plugins.applications.service.deciding import approve, refuse, reopen
from app.plugins.applications.service.evidencing import attach_evidence, discard_evidence
from app.plugins.applications.service.excepting import allow_exception, disallow_exception
from app.plugins.applications.service.filing import save, submit, withdraw
from app.plugins.applications.service.guiding import undo_checkpoint, write_checkpoint
from app.plugins.applications.service.materials import attach, detach, replace
from app.plugins.applications.service.paper import receive_paper
from app.plugins.applications.service.people import change_handler, reveal
from app.plugins.applications.service.results import mark_badged, mark_reported, mark_sent_back
from app.plugins.applications.service.revealing import reveal_each
from app.plugins.applications.service.reviewing import (
    check,
    declare_ineligible,
    keep_notes,
    pass_first,
    return_,
)
from app.plugins.applications.service.starting import start

__all__ = [
    "allow_exception",
    "approve",
    "attach",
    "attach_evidence",
    "change_handler",
    "check",
    "claim",
    "declare_ineligible",
    "detach",
    "disallow_exception",
    "discard_evidence",
    "keep_notes",
    "mark_badged",
    "mark_reported",
    "mark_sent_back",
    "pass_first",
    "reassign",
    "receive_paper",
    "refuse",
    "release",
    "reopen",
    "replace",
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
