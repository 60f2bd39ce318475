"""``GET /api/v1/surveys/``."""

from __future__ import annotations

from app.foundation.admin.api import ScopedApi
from app.foundation.admin.interface import ScopedInterface
from app.plugins.surveys.models import SurveySheet


class SurveysApi(ScopedApi):
    """Sheets the caller may see, without the people named on them."""

    resource_name = "surveys"
    obj = "survey"
    datamodel = ScopedInterface(SurveySheet)
    list_columns = [
        "id", "account", "name", "state", "nature", "rank", "site_count", "no_website", "reform", "submitted_at",
        "accepted_at", "review_path", "filing_path", "campaign_id", "unit_id",
    ]  # fmt: skip
    search_columns = ["account", "unit_name", "state", "nature", "review_path", "no_website", "submitted_at"]
    order_columns = ["id", "account", "submitted_at"]
