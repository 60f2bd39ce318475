"""Office paths: what covers what, and the segments of administrative divisions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kernel import paths
from app.kernel.errors import Refusal

segments = st.text("0123456789abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=4)
any_path = st.lists(segments, max_size=5).map(lambda parts: "0." + "".join(f"{part}." for part in parts))


@pytest.mark.parametrize(
    "path", ["0.", "0.43.07.02.", "0.42.9005.", "0.43.07.z1.", "0.43.07.egov.", "0.conac."]
)
def test_paths_in_use_are_valid(path):
    assert paths.valid(path)


@pytest.mark.parametrize(
    "path",
    ["", "0", "1.", ".", "0.43", "0..", "0.43..07.", "0.A.", "0.4%.", "0.4_.", "0.43.\n", "0.４3.", " 0."],
)
def test_what_is_no_path_is_refused_everywhere(path):
    assert not paths.valid(path)
    for function in (paths.parent, paths.ancestors, paths.upper_bound, paths.depth):
        with pytest.raises(Refusal) as caught:
            function(path)
        assert caught.value.code == "path-malformed"
    assert not paths.covers(path, "0.43.")
    assert not paths.covers("0.", path)
    assert not paths.below(path, "0.43.")


def test_the_chain_above_a_county():
    assert paths.parent("0.43.07.02.") == "0.43.07."
    assert paths.ancestors("0.43.07.02.") == ("0.", "0.43.", "0.43.07.")
    assert paths.depth("0.43.07.02.") == 3


def test_nothing_is_above_the_centre():
    assert paths.ancestors("0.") == ()
    assert paths.depth("0.") == 0
    with pytest.raises(Refusal):
        paths.parent("0.")


def test_one_never_covers_eleven():
    assert paths.covers("0.1.", "0.1.") and not paths.below("0.1.", "0.1.")
    assert paths.below("0.1.", "0.1.2.")
    assert not paths.covers("0.1.", "0.11.")
    assert not paths.covers("0.43.07.02.", "0.43.07.")


@given(any_path, any_path)
def test_the_range_is_the_subtree(upper, lower):
    assert (upper <= lower < paths.upper_bound(upper)) == paths.covers(upper, lower)


@given(any_path, any_path)
def test_covering_is_being_the_same_or_an_ancestor(upper, lower):
    assert paths.covers(upper, lower) == (upper in (*paths.ancestors(lower), lower))
    assert paths.below(upper, lower) == (upper in paths.ancestors(lower))


@given(any_path, segments)
def test_a_child_hangs_one_step_below(path, segment):
    child = paths.child(path, segment)
    assert paths.parent(child) == path
    assert paths.depth(child) == paths.depth(path) + 1
    assert paths.ancestors(child) == (*paths.ancestors(path), path)


@pytest.mark.parametrize("segment", ["", "A", "0.", "澧", "%", "02\n"])
def test_a_segment_outside_the_alphabet_is_refused(segment):
    with pytest.raises(Refusal):
        paths.child("0.43.", segment)


@pytest.mark.parametrize(
    ("code", "level", "segment"),
    [
        ("430000", "central", "43"),
        ("430700", "province", "07"),
        ("430702", "city", "02"),
        ("429005", "province", "9005"),
        ("110101", "province", "0101"),
        ("500101", "province", "0101"),
        ("659001", "province", "9001"),
    ],
)
def test_segments_of_divisions(code, level, segment):
    assert paths.segment_for(code, level) == segment


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("430700", "central"),
        ("000000", "central"),
        ("430000", "province"),
        ("430700", "city"),
        ("430702", "county"),
        ("430702", "zone"),
    ],
)
def test_a_division_hangs_only_where_it_belongs(code, level):
    with pytest.raises(Refusal) as caught:
        paths.segment_for(code, level)
    assert code in str(caught.value)


@pytest.mark.parametrize("code", ["", "4307", "43O700", "４３０７００", "4307000", "4307Z1"])
def test_only_six_digits_are_a_division_code(code):
    with pytest.raises(Refusal) as caught:
        paths.segment_for(code, "province")
    assert caught.value.code == "division-code"


@given(st.integers(1, 89), st.integers(1, 99), st.integers(1, 99), st.integers(1, 99), st.integers(1, 99))
def test_a_direct_county_never_meets_a_city_or_its_county(province, city, county, other_city, other_county):
    """潜江 429005 must not fall on 宜昌 420500: two digits everywhere would make nine pairs collide."""
    above = paths.child("0.", f"{province:02}")
    direct = paths.child(above, paths.segment_for(f"{province:02}{city:02}{county:02}", "province"))
    a_city = paths.child(above, paths.segment_for(f"{province:02}{other_city:02}00", "province"))
    a_county = paths.child(
        a_city, paths.segment_for(f"{province:02}{other_city:02}{other_county:02}", "city")
    )
    assert not paths.covers(direct, a_city) and not paths.covers(a_city, direct)
    assert not paths.covers(direct, a_county) and not paths.covers(a_county, direct)


@given(st.text(), st.text())
def test_any_text_is_answered_or_refused(one, other):
    paths.covers(one, other)
    for call in (
        lambda: paths.parent(one),
        lambda: paths.upper_bound(one),
        lambda: paths.child(one, other),
        lambda: paths.segment_for(one, other),
    ):
        try:
            call()
        except Refusal as refusal:
            assert str(refusal)
