import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafout.corpus.html.charset import decode_page

TEXTS = {
    "zh": "中国政府网今天发布了新的规定，要求各地认真落实。记者从会议上了解到，这项工作已经取得了重要进展。",
    "tw": "臺灣政府今天發布了新的規定，要求各地認真落實。記者從會議上瞭解到，這項工作已經取得重要進展。",
    "ja": "日本の政府は今日、新しい規則を発表しました。これについて記者会見が行われました。",
    "ko": "한국 정부는 오늘 새로운 규정을 발표했다. 이에 대해 기자 회견이 열렸다고 한다.",
    "fr": "Le président a déclaré que l'été sera très chaud à Paris, même s'il pleut à Noël.",
    "ru": "Правительство России сегодня объявило новые правила для всех граждан страны.",
}
ENCODINGS = [
    ("zh", "gbk"), ("zh", "gb18030"), ("tw", "big5"), ("ja", "shift_jis"), ("ja", "euc_jp"), ("ko", "euc_kr"),
    ("fr", "cp1252"), ("ru", "cp1251"), *((name, "utf-8") for name in TEXTS),
]  # fmt: skip


@pytest.mark.parametrize(("name", "encoding"), ENCODINGS)
@pytest.mark.parametrize("declared", ["", "utf-8", "gb2312", "big5", "iso-8859-1", "no-such-charset"])
def test_the_text_comes_back_whatever_is_declared(name: str, encoding: str, declared: str) -> None:
    data = f"<html><meta charset='{declared}'><p>".encode() + TEXTS[name].encode(encoding)
    assert decode_page(data).text.endswith(TEXTS[name])
    assert decode_page(data, content_type=f"text/html; charset={declared}").text.endswith(TEXTS[name])


def test_a_declared_single_byte_charset_is_believed() -> None:
    text = "Łódź leży w Polsce, a żółw je śliwki i gęś."
    data = b"<meta http-equiv=Content-Type content='text/html; charset=iso-8859-2'>" + text.encode("iso8859-2")
    assert decode_page(data).text.endswith(text)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_decides(encoding: str) -> None:
    assert decode_page(TEXTS["zh"].encode(encoding), content_type="text/html; charset=gbk").text == TEXTS["zh"]


def test_utf_16_without_mark_is_known_by_its_zeros() -> None:
    data = f"<html><p>{TEXTS['fr']}".encode("utf-16-le")
    assert decode_page(data).text.endswith(TEXTS["fr"])


def test_a_character_that_is_cut_at_the_end_costs_itself_alone() -> None:
    decoded = decode_page(TEXTS["zh"].encode()[:-1])
    assert (decoded.text, decoded.encoding) == (TEXTS["zh"][:-1], "utf-8")


def test_what_cannot_be_decoded_is_counted() -> None:
    decoded = decode_page(TEXTS["zh"].encode() * 20 + b"\xff\xfe" + b"abc" * 10)
    assert decoded.encoding == "utf-8"
    assert decoded.replaced == decoded.text.count("\ufffd") == 2


def test_ascii_is_utf_8() -> None:
    assert decode_page(b"plain").encoding == "utf-8"


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "text/html; charset=hz", "charset=utf-7", "charset=rot13", "charset=idna"]),
)
def test_any_bytes_decode_to_text_that_can_be_written(data: bytes, content_type: str) -> None:
    decoded = decode_page(data, content_type=content_type)
    codecs.lookup(decoded.encoding)
    decoded.text.encode()
