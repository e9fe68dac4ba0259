import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.text.dates import iso_time


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("Tue, 05 Mar 2024 08:30:00 GMT", "2024-03-05T08:30:00Z"),
        ("Tue, 5 Mar 2024 16:30:00 +0800", "2024-03-05T08:30:00Z"),
        ("05 Mar 2024 03:30 EST", "2024-03-05T08:30:00Z"),
        ("Tue Mar 05 08:30:00 +0000 2024", "2024-03-05T08:30:00Z"),
        ("2024-03-05T16:30:00.123+08:00", "2024-03-05T08:30:00Z"),
        ("2024-03-05T08:30:00Z", "2024-03-05T08:30:00Z"),
        ("2024-03-05 16:30", "2024-03-05T16:30:00"),
        ("2024/3/5 16:30:01", "2024-03-05T16:30:01"),
        ("2024年3月5日 16:30", "2024-03-05T16:30:00"),
        ("2024-03-05", "2024-03-05"),
        ("2024-03", "2024-03"),
        ("1709627400", "2024-03-05T08:30:00Z"),
        (1709627400000, "2024-03-05T08:30:00Z"),
        ("5分钟前", None),
        ("2024-13-45", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_times_become_iso_8601(written: str | int, time: str | None) -> None:
    assert iso_time(written) == time


@given(st.text(max_size=90))
def test_nothing_makes_it_fail(text: str) -> None:
    assert iso_time(text) is None or isinstance(iso_time(text), str)
