"""The same on PostgreSQL, under row-level security: what is granted opens there too, and nothing else does."""

from __future__ import annotations

import pytest

from tests.plugins.permits.test_service import (
    test_a_grant_opens_the_rows_and_closes_after_its_last_day,
    test_it_is_stopped_at_once_and_stays_on_record,
    test_the_flush_guard_holds_even_where_the_verb_is_passed_by,
    test_the_numbers_of_the_preview_are_those_the_holder_then_sees,
    test_the_same_grant_is_not_given_twice_for_a_day,
)
from tests.plugins.permits.test_views import (
    test_a_county_cannot_open_the_citys_rows_or_name_a_foreign_office,
    test_both_sides_see_it_and_a_stranger_does_not,
    test_stopping_it_is_felt_on_the_next_request,
)
from tests.plugins.permits.test_why import (
    test_a_foreign_number_reads_like_one_never_given,
    test_everybody_reads_his_own_posts,
    test_posts_outside_the_askers_scope_are_not_shown,
    test_the_answer_names_the_line_the_post_and_the_document,
)

__all__ = [
    "test_a_county_cannot_open_the_citys_rows_or_name_a_foreign_office",
    "test_a_foreign_number_reads_like_one_never_given",
    "test_a_grant_opens_the_rows_and_closes_after_its_last_day",
    "test_both_sides_see_it_and_a_stranger_does_not",
    "test_everybody_reads_his_own_posts",
    "test_it_is_stopped_at_once_and_stays_on_record",
    "test_posts_outside_the_askers_scope_are_not_shown",
    "test_stopping_it_is_felt_on_the_next_request",
    "test_the_answer_names_the_line_the_post_and_the_document",
    "test_the_flush_guard_holds_even_where_the_verb_is_passed_by",
    "test_the_numbers_of_the_preview_are_those_the_holder_then_sees",
    "test_the_same_grant_is_not_given_twice_for_a_day",
]


@pytest.fixture
def database_kind() -> str:
    return "postgres"
