import pytest

from leafout.corpus.html.dates import date_in_path, iso_date, mail_date


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2019-11-18", "2019-11-18"),
        ("2019-11-18T09:28:00Z", "2019-11-18T09:28:00Z"),
        ("2019-11-18T09:28:00.123+0800", "2019-11-18T09:28:00+08:00"),
        ("2019-11-18 09:28", "2019-11-18T09:28:00"),
        ("2019年11月8日 07:05 来源：新华网", "2019-11-08T07:05:00"),
        ("发布于 2019.11.18", "2019-11-18"),
        ("20191118", "2019-11-18"),
        ("Published: November 18, 2019", "2019-11-18"),
        ("18 Nov. 2019", "2019-11-18"),
        ("the 3rd Sep 2021", "2021-09-03"),
        ("2019-13-18", None),
        ("2019-02-30", None),
        ("2019-11-18T25:00", None),
        ("1889-01-01", None),
        ("call 020-2019-1118", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_a_date_is_as_exact_as_it_was_written(text: str, date: str | None) -> None:
    assert iso_date(text) == date


@pytest.mark.parametrize(
    ("url", "date"),
    [
        ("https://a.cn/2019/11/18/x.html", "2019-11-18"),
        ("https://a.cn/n/2019-11-18/doc.shtml", "2019-11-18"),
        ("https://a.cn/20191118/doc", "2019-11-18"),
        ("https://a.cn/2019/99/18/x", None),
        ("https://a.cn/item/201911189", None),
        ("", None),
    ],
)
def test_an_address_can_hold_a_date(url: str, date: str | None) -> None:
    assert date_in_path(url) == date


def test_dates_of_mail_and_http() -> None:
    assert mail_date("Mon, 18 Nov 2019 09:28:00 GMT") == "2019-11-18T09:28:00+00:00"
    assert mail_date("soon") is None
    assert mail_date("Mon, 18 Nov 0019 99:28:00 GMT") is None
