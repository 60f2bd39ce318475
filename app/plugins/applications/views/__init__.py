"""Edges: parse, call one verb, render."""

from app.plugins.applications.views.filing import FilingView
from app.plugins.applications.views.listing import ApplicationListView, ApplicationsApi
from app.plugins.applications.views.materials import MaterialView
from app.plugins.applications.views.printing import PrintView
from app.plugins.applications.views.reviewing import ApplicationView
from app.plugins.applications.views.underway import UnderwayView

__all__ = [
    "ApplicationListView", "ApplicationView", "ApplicationsApi", "FilingView", "MaterialView", "PrintView",
    "UnderwayView",
]  # fmt: skip
