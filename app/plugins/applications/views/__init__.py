"""Edges: parse, call one verb, render."""

from app.plugins.applications.views.filing import FilingView
from app.plugins.applications.views.guiding import CheckpointView
from app.plugins.applications.views.listing import ApplicationListView, ApplicationsApi
from app.plugins.applications.views.printing import PrintView
from app.plugins.applications.views.reviewing import ApplicationView

__all__ = [
    "ApplicationListView",
    "ApplicationView",
    "ApplicationsApi",
    "CheckpointView",
    "FilingView",
    "PrintView",
]
