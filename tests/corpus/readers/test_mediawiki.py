import bz2
import gzip
import lzma
import tracemalloc
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leafout.core.errors import LeafoutError
from leafout.corpus.documents import Document
from leafout.corpus.readers.mediawiki import looks_like_mediawiki, read_mediawiki
from leafout.corpus.readers.record import ReadOptions, Reject, Skip

Record = Document | Reject | Skip


def head(language: str, site: str = "Wikipedia", host: str = "wikipedia.org") -> str:
    names = {"zh": ("文件", "分类"), "en": ("File", "Category")}[language]
    return (
        f'<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" xml:lang="{language}"><siteinfo>'
        f"<sitename>{site}</sitename><base>https://{language}.{host}/wiki/Main_Page</base><namespaces>"
        f'<namespace key="0"/><namespace key="6">{names[0]}</namespace><namespace key="14">{names[1]}</namespace>'
        "</namespaces></siteinfo>\n"
    )


def page(title: str, text: str, *, ns: int = 0, number: int = 7, redirect: str = "", model: str = "wikitext") -> str:
    target = f'<redirect title="{redirect}"/>' if redirect else ""
    return (
        f"<page><title>{escape(title)}</title><ns>{ns}</ns><id>{number}</id>{target}<revision><id>90</id>"
        f"<timestamp>2024-03-05T08:30:00Z</timestamp><contributor><username>x</username><id>5</id></contributor>"
        f'<model>{model}</model><text xml:space="preserve">{escape(text)}</text></revision></page>\n'
    )


END = "</mediawiki>"
ENGLISH = head("en") + "".join(
    [
        page("Ada & Co.", "'''Ada''' was a [[writer]].\n== See also ==\n{{x}}"),
        page("Old", "#REDIRECT [[Ada]]"),
        page("Old2", "text", redirect="Ada"),
        page("Talk:Ada", "chat", ns=1),
        page("Mercury", "'''Mercury''' may mean:\n* [[a]]\n{{Disambiguation}}"),
        page("Blank", "{{x}}"),
        page("Code", "x = 1", model="Scribunto"),
        page("Bob", "Bob is [[File:b.jpg|thumb|b]]here.", number=8),
    ]
) + END  # fmt: skip
CHINESE = head("zh") + "".join(
    [
        page(
            "計算機",
            "'''-{zh-hans:计算机;zh-hant:電腦}-'''是一種機器，[[文件:a.jpg|縮圖]]這個詞來自{{lang|en|computer}}。",
        ),
        page("旧", "#重定向 [[新]]"),
        page("水星", "'''水星'''可以指：\n{{消歧义}}"),
        page("水星 (消歧義)", "'''水星'''可以指："),
    ]
) + END  # fmt: skip


def read(
    folder: Path, data: str | bytes, *, name: str = "dump.xml", options: ReadOptions | None = None
) -> list[Record]:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(read_mediawiki(path, options or ReadOptions(name=name)))


def test_articles_are_documents_and_all_else_is_skipped_with_a_reason(tmp_path: Path) -> None:
    records = read(tmp_path, ENGLISH)
    assert records[0] == Document(
        text="Ada was a writer.",
        line=1,
        language="en",
        url="https://en.wikipedia.org/wiki/Ada_%26_Co.",
        time="2024-03-05T08:30:00Z",
        licence="CC BY-SA 4.0",
        extra={"title": "Ada & Co.", "page_id": "7", "revision": "90", "edits": {"empty_sections": 1, "templates": 1}},
    )
    assert records[1:7] == [
        Skip(2, "redirect"),
        Skip(3, "redirect"),
        Skip(4, "not an article"),
        Skip(5, "disambiguation"),
        Skip(6, "no text"),
        Skip(7, "not wikitext"),
    ]
    assert isinstance(records[7], Document)
    assert (records[7].text, records[7].line, records[7].extra["page_id"]) == ("Bob is here.", 8, "8")


DECLARED = head("zh") + "".join(
    [
        page(
            "网络",
            "{{NoteTA|G1=IT|1=zh-cn:软件;zh-tw:軟體}}"
            "-{H|zh-cn:网络;zh-tw:網路;zh-hk:網絡}-这是網路，也叫[[網絡]]，有軟體和-{A|zh-cn:打印机;zh-tw:印表機}-。\n\n"
            "== 印表機 ==\n我们说这个词来自国外，印表機说的是-{印表機}-。-{-|zh-cn:打印机;zh-tw:印表機}-印表機。",
        ),
        page("别页", "这里的網路和印表機没有规则。"),
    ]
) + END  # fmt: skip


def test_the_rules_that_a_page_declares_are_done_to_that_page_alone(tmp_path: Path) -> None:
    first, second = read(tmp_path, DECLARED)
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert first.text.split("\n") == [
        "这是网络，也叫网络，有软件和打印机。",
        "",
        "打印机",
        "我们说这个词来自国外，打印机说的是印表機。印表機。",
    ]
    assert first.extra["edits"] == {"templates": 1, "variant_rules": 4, "variant_words": 5, "variants": 4}
    assert second.text == "这里的網路和印表機没有规则。"


@pytest.mark.parametrize(
    ("script", "title", "text"),
    [
        ("", "計算機", "電腦是一種機器，這個詞來自computer。"),
        ("simplified", "计算机", "计算机是一种机器，这个词来自computer。"),
        ("traditional", "計算機", "電腦是一種機器，這個詞來自computer。"),
    ],
)
def test_chinese_articles_are_in_the_wanted_script(tmp_path: Path, script: str, title: str, text: str) -> None:
    records = read(tmp_path, CHINESE, options=ReadOptions(script=script))  # type: ignore[arg-type]  # one of the three
    assert isinstance(records[0], Document)
    assert (records[0].extra["title"], records[0].text, records[0].language) == (title, text, "zh")
    assert records[0].url == "https://zh.wikipedia.org/wiki/%E8%A8%88%E7%AE%97%E6%A9%9F"
    assert records[1:] == [Skip(2, "redirect"), Skip(3, "disambiguation"), Skip(4, "disambiguation")]


@pytest.mark.parametrize(
    ("name", "pack"),
    [
        ("d.xml.bz2", bz2.compress),
        ("d.xml.gz", gzip.compress),
        ("d.xml.xz", lzma.compress),
        ("d.xml.zst", zstandard.ZstdCompressor().compress),
    ],
)
def test_packed_dumps_are_read(tmp_path: Path, name: str, pack: object) -> None:
    assert callable(pack)
    assert read(tmp_path, pack(ENGLISH.encode()), name=name) == read(tmp_path, ENGLISH)


def test_multistream_dumps_and_streams_cut_out_of_them_are_read(tmp_path: Path) -> None:
    start, *pages = ENGLISH.removesuffix(END).split("<page>")
    parts = [start, *("<page>" + one for one in pages), END]
    multistream = b"".join(bz2.compress(part.encode()) for part in parts)
    assert read(tmp_path, multistream, name="d.xml.bz2") == read(tmp_path, ENGLISH)
    (bob,) = read(tmp_path, bz2.compress(parts[-2].encode()), name="d.xml.bz2")
    assert isinstance(bob, Document)
    assert (bob.text, bob.line, bob.url, bob.licence, bob.language) == ("Bob is here.", 1, None, None, None)


def test_another_wiki_has_no_licence_of_wikipedia(tmp_path: Path) -> None:
    (one,) = read(tmp_path, head("en", "Our wiki", "example.org") + page("A", "Text.") + END)
    assert isinstance(one, Document)
    assert (one.licence, one.url) == (None, "https://en.example.org/wiki/A")


def test_of_a_history_the_last_revision_is_read(tmp_path: Path) -> None:
    old = "<revision><id>1</id><text>Old.</text></revision>"
    (one,) = read(tmp_path, head("en") + page("A", "New.").replace("<revision>", old + "<revision>", 1) + END)
    assert isinstance(one, Document)
    assert (one.text, one.extra["revision"]) == ("New.", "90")


def test_old_exports_say_the_namespace_in_the_title(tmp_path: Path) -> None:
    pages = [page(title, "Text.").replace("<ns>0</ns>", "") for title in ("Category:A", "Star Trek: Picard")]
    assert read(tmp_path, head("en") + "".join(pages) + END)[0] == Skip(1, "not an article")
    assert isinstance(read(tmp_path, head("en") + pages[1] + END)[0], Document)


@pytest.mark.parametrize("kept_fraction", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("name", ["d.xml.bz2", "d.xml.gz", "d.xml"])
def test_a_cut_dump_gives_what_came_before_and_one_reject(tmp_path: Path, name: str, kept_fraction: float) -> None:
    pages = [page(f"P{number}", f"Text {number}. " + "word " * 40) for number in range(400)]
    whole = head("en") + "".join(pages) + END
    if name.endswith("bz2"):
        data = bz2.compress(head("en").encode()) + b"".join(bz2.compress(one.encode()) for one in pages)
    else:
        data = gzip.compress(whole.encode()) if name.endswith("gz") else whole.encode()
    *documents, last = read(tmp_path, data[: int(len(data) * kept_fraction)], name=name)
    assert len(documents) > 400 * kept_fraction - 60
    assert all(isinstance(one, Document) for one in documents)
    assert isinstance(last, Reject)
    assert "the rest is not read" in last.reason
    assert last.line == len(documents) + 1


def test_damaged_bytes_are_a_reject(tmp_path: Path) -> None:
    data = bytearray(bz2.compress(ENGLISH.encode()))
    data[len(data) // 2] ^= 255
    last = read(tmp_path, bytes(data), name="d.xml.bz2")[-1]
    assert isinstance(last, Reject)
    assert last.reason.startswith("the file is damaged")


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        ('<!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>', "&b;"),
        (f'<!DOCTYPE m [<!ENTITY a "{"x" * 1000}">]>', "&a;" * 100),
        ('<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;"),
        ('<!DOCTYPE m SYSTEM "http://127.0.0.1:9/x.dtd">', ""),
    ],
)
def test_document_types_and_entities_are_refused(tmp_path: Path, declared: str, used: str) -> None:
    (record,) = read(tmp_path, declared + head("en") + page("A", "TEXT").replace("TEXT", used) + END)
    assert isinstance(record, Reject)
    assert record.reason == "refused: it declares a document type"


def test_a_page_over_the_limit_is_a_reject_and_the_next_is_read(tmp_path: Path) -> None:
    data = head("en") + page("Long", "x" * 5000) + page("Short", "Text.") + END
    long, short = read(tmp_path, data, options=ReadOptions(max_document_bytes=4000))
    assert long == Reject(1, "page too long: over 4000 characters", "Long")
    assert isinstance(short, Document)


def test_a_huge_text_and_nested_elements_do_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "d.xml"
    with path.open("w") as file:
        file.write(head("en") + "<page><title>A</title><revision><text>")
        for _ in range(64):
            file.write("x" * (1 << 20))
        file.write("</text></revision></page>" + "<a>" * 100_000)
    tracemalloc.start()
    records = list(read_mediawiki(path, ReadOptions(max_document_bytes=1 << 20)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [getattr(record, "reason", "")[:20] for record in records] == [
        "page too long: over ",
        "refused: elements ar",
    ]
    assert peak < 16 << 20


@pytest.mark.slow
def test_a_bomb_is_a_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "d.xml.bz2"
    block = b"x" * (1 << 20)
    packer = bz2.BZ2Compressor()
    path.write_bytes(
        packer.compress((head("en") + "<page><title>A</title><revision><text>").encode())
        + b"".join(packer.compress(block) for _ in range(70))
        + packer.flush()
    )
    with pytest.raises(LeafoutError, match="200 times its size"):
        list(read_mediawiki(path, ReadOptions(name="d.xml.bz2")))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, len(CHINESE.encode()) - 1), byte=st.integers(0, 255))
def test_no_broken_byte_makes_it_fail(tmp_path: Path, at: int, byte: int) -> None:
    data = bytearray(CHINESE.encode())
    data[at] = byte
    assert read(tmp_path, bytes(data))


@pytest.mark.parametrize(
    "start", [ENGLISH, CHINESE, "\ufeff" + ENGLISH, "<?xml version='1.0'?>\n" + ENGLISH, page("A", "b")]
)
def test_dumps_are_told_by_their_heads(start: str) -> None:
    assert looks_like_mediawiki(start.encode()[:4096])


@pytest.mark.parametrize("start", ["", "<rss/>", "<html>", "<page>x"])
def test_other_files_are_no_dumps(start: str) -> None:
    assert not looks_like_mediawiki(start.encode())
