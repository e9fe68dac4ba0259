import pytest

from leafout.text.pii_network import emails, ipv4s, ipv6s, macs, passwords


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("写信给li.lei@163.com。", ["li.lei@163.com"]),
        ("<a+b%c@mail.co.uk>, x_y@a-b.io", ["a+b%c@mail.co.uk", "x_y@a-b.io"]),
        ("-bob@x.com", ["bob@x.com"]),
        ("a@b, @x.com, a.@x.com, icon@2x.png, git@github.com:a/b.git", []),
        ("x" * 65 + "@x.com", []),
    ],
)
def test_emails(text: str, wanted: list[str]) -> None:
    assert [text[start:end] for start, end, _ in emails(text)] == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("服务器10.2.3.44的", ["10.2.3.44"]),
        ("http://8.135.22.1/x", ["8.135.22.1"]),
        ("version 10.2.3.44, v10.2.3.44, Chrome/10.2.3.44, 10.2.3.44版本, 1.10.2.3.44", []),
    ],
)
def test_addresses_of_machines_are_no_versions(text: str, wanted: list[str]) -> None:
    assert [text[start:end] for start, end, _ in ipv4s(text)] == wanted


def test_ipv6_and_mac() -> None:
    text = "fe80::1ff:fe23:4567:890a std::vector at 12:30:45, 00:1A:2b:3c:4d:5e"
    assert [text[start:end] for start, end, _ in ipv6s(text)] == ["fe80::1ff:fe23:4567:890a"]
    assert [text[start:end] for start, end, _ in macs(text)] == ["00:1A:2b:3c:4d:5e"]


def test_only_the_password_of_a_url_is_taken() -> None:
    text = "postgres://app:p4ss@db.local:5432/x and http://example.com:80/@me"
    assert [text[start:end] for start, end, _ in passwords(text)] == ["app:p4ss"]
