"""Statutory limits as data: periods, domain suffixes and name lengths from ``policies/limits.yaml``.

The file is read strictly, once; an office's own values are laid over it (S3, S16). Each limit carries the
rule and the article it rests on, so that every deadline and refusal can show them.
"""

from app.foundation.limits.materials import (
    Materials,
    load_materials,
    materials_for,
    national_materials,
)
from app.foundation.limits.model import (
    APPLICANT_PAPER,
    CLOCKS,
    CLOSED_SITE,
    FIRST_REVIEW,
    HANGING,
    PAPER_REVIEW,
    RECTIFICATION,
    TRACKS,
    Limit,
    Limits,
    LimitsError,
)
from app.foundation.limits.reading import load
from app.foundation.limits.service import for_settings, national

__all__ = [
    "APPLICANT_PAPER",
    "CLOCKS",
    "CLOSED_SITE",
    "FIRST_REVIEW",
    "HANGING",
    "PAPER_REVIEW",
    "RECTIFICATION",
    "TRACKS",
    "Limit",
    "Limits",
    "LimitsError",
    "Materials",
    "for_settings",
    "load",
    "load_materials",
    "materials_for",
    "national",
    "national_materials",
]
