from pathlib import Path

import pytest

from leafout.core.errors import LeafoutError
from leafout.serving.access import authorise, check_exposure, is_loopback, read_token
from leafout.serving.problems import Problem

TOKEN = "0123456789abcdef0123"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_this_machine_needs_no_token(host: str) -> None:
    assert is_loopback(host)
    check_exposure(host, None)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.5", "example", "", "127.0.0.1.evil.example", "localhost."]
)
def test_any_other_address_needs_one(host: str) -> None:
    with pytest.raises(LeafoutError, match="no token is set") as caught:
        check_exposure(host, None)
    assert "--token-file" in caught.value.hint
    check_exposure(host, TOKEN)


def test_a_token_comes_from_a_private_file_or_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="ascii")
    file.chmod(0o600)
    assert read_token(file, {}) == TOKEN
    assert read_token(None, {"LEAFOUT_TOKEN": TOKEN}) == TOKEN
    assert read_token(None, {}) is None


def test_a_token_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN, encoding="ascii")
    file.chmod(0o644)
    with pytest.raises(LeafoutError, match="0644") as caught:
        read_token(file, {})
    assert caught.value.hint == f"chmod 600 {file}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"short", "5 characters, at least 16"),
        ("令牌令牌".encode(), "ASCII"),
        (b"a" * 20 + b" b", "spaces"),
        (b"a" * 5000, "small"),
    ],
)
def test_a_token_that_is_none_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "token"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(LeafoutError, match=said):
        read_token(file, {})


def test_a_missing_token_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(LeafoutError, match="cannot read the token file") as caught:
        read_token(tmp_path / "none", {})
    assert "token_urlsafe" in caught.value.hint


@pytest.mark.parametrize(
    "given", [b"", b"Bearer", b"Bearer ", b"Bearer wrong", b"Basic " + TOKEN.encode(), b"Bearer \xff\xfe"]
)
def test_a_wrong_token_is_401(given: bytes) -> None:
    with pytest.raises(Problem) as caught:
        authorise({b"authorization": given} if given else {}, TOKEN)
    assert caught.value.status == 401


def test_the_right_token_passes_from_any_host() -> None:
    authorise({b"authorization": b"bearer " + TOKEN.encode(), b"host": b"models.example"}, TOKEN)


@pytest.mark.parametrize("host", [b"127.0.0.1:8000", b"localhost", b"[::1]:80", b"LOCALHOST:1", b""])
def test_on_loopback_the_machine_itself_may_ask(host: bytes) -> None:
    authorise({b"host": host}, None)


@pytest.mark.parametrize("host", [b"evil.example", b"127.0.0.1.evil.example:8000", b"10.0.0.5", b"[::2]"])
def test_on_loopback_a_foreign_name_is_403(host: bytes) -> None:
    with pytest.raises(Problem) as caught:
        authorise({b"host": host}, None)
    assert caught.value.status == 403
