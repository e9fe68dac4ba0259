"""Toy files of every format, and what every record of every reader must be, whatever the file."""

import bz2
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leafout.corpus.documents import Document, table_of
from leafout.corpus.readers.record import Reject, Skip

WIKI = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" xml:lang="zh"><siteinfo><dbname>zhwiki</dbname>
<namespaces><namespace key="0" /></namespaces></siteinfo><page><title>树叶</title><ns>0</ns><id>1</id><revision>
<id>2</id><timestamp>2026-01-02T03:04:05Z</timestamp><text xml:space="preserve">'''树叶'''是[[植物|植物]]的
器官。{{cite|x}}
{| class="a"\n|-\n| b\n|}\n== See ==\n&lt;ref&gt;r&lt;/ref&gt; -{zh-hans:软件;zh-hant:軟體}- A leaf is an organ.</text>
</revision></page></mediawiki>"""
RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>新闻</title><item><title>一</title>
<link>https://example.org/1</link><pubDate>Tue, 03 Feb 2026 10:00:00 GMT</pubDate><description><![CDATA[
<p>叶子落了。</p>]]></description></item>
<item><title>Two</title><description>Leaves fall &amp; rise.</description></item></channel>
</rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>a</title><entry><title>T</title><id>x:1</id><updated>
2026-01-01T00:00:00Z</updated><content type="html">&lt;p&gt;Leaves.&lt;/p&gt;</content></entry></feed>"""
HTML = """<!doctype html><html lang="zh"><head><meta charset="utf-8"><title>树叶</title>
<meta name="author" content="王"><script>var a = "<p>no</p>";</script></head>
<body><nav><a href="/a">a</a></nav><article>
<h1>树叶</h1><p>秋天到了，树叶慢慢变黄，一片一片地落下来，铺满了整条小路，孩子们在上面跑来跑去。</p>
<p>Leaves are the main organs of photosynthesis in most plants, and they turn yellow in autumn before they fall.</p>
</article>
<footer>©</footer></body></html>"""
ROWS = '{"text": "叶子很好", "label": "好"}\n{"text": "bad leaf", "label": 0, "x": [1, {"y": null}]}\n'
POSTS = (
    '{"text": "转发微博", "reposts_count": 3, "created_at": "Tue Feb 03 10:00:00 +0800 2026",'
    ' "user": {"screen_name": "叶"}}\n'
    '{"text": "看 @王 #春天# 树叶绿了[开心] http://t.cn/x //@李:好", "reposts_count": 1}\n'
)
TALK = '{"messages": [{"role": "user", "content": "你好"}, {"role": "assistant", "content": "Hi"}]}\n'
SPANS = '{"text": "彭小军在CNN", "label": {"name": {"彭小军": [[0, 2]]}}}\n{"text": "a b", "label": [[0, 1, "X"]]}\n'


def warc() -> bytes:
    """One response of HTML, and one revisit."""
    body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + HTML.encode()
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
        "WARC-Target-URI: http://example.org/\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def zipped() -> bytes:
    """An archive with a row, a page and an archive."""
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.jsonl", ROWS)
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("页.html", HTML)
        archive.writestr("in.zip", inner.getvalue())
        archive.writestr("a.txt", "叶")
    return outer.getvalue()


def tarred() -> bytes:
    """As `zipped`."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, text in (("rows.jsonl", ROWS), ("a/叶.txt", "树叶\n" * 300), ("talk.jsonl", TALK)):
            data = text.encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def parquet() -> bytes:
    """Two labelled rows."""
    buffer = io.BytesIO()
    pq.write_table(pa.table({"text": ["叶", "leaf"], "label": [1, 0], "tokens": [["叶"], ["leaf"]]}), buffer)
    return buffer.getvalue()


FILES: dict[str, bytes] = {
    "a.txt": "第一行。\n\nA second block.\nof lines\n\n三\n".encode(),
    "b.txt": "中央/n  电视台/n  用/p  IBM/nx\n标题/n\n".encode(),
    "a.jsonl": ROWS.encode(),
    "wide.jsonl": ROWS.encode("utf-16"),
    "gb.jsonl": ROWS.encode("gb18030"),
    "talk.jsonl": TALK.encode(),
    "spans.jsonl": SPANS.encode(),
    "posts.jsonl": POSTS.encode(),
    "a.json": json.dumps({"version": 1, "data": [json.loads(line) for line in ROWS.splitlines()]}).encode(),
    "a.csv": 'text,label\n"一,""二""\n三",好\nleaf,bad\n'.encode(),
    "a.tsv": "sentence1\tsentence2\tlabel\n甲\t乙\t1\n".encode(),
    "a.parquet": parquet(),
    "a.bio": "-DOCSTART- O\n\n北 B-LOC\n京 I-LOC\n\nin O\nParis B-LOC\n".encode(),
    "a.py": b'"""Docs of a module."""\ndef f():\n    """Docs of f."""\n',
    "a.zip": zipped(),
    "a.tar": tarred(),
    "a.tar.gz": gzip.compress(tarred()),
    "wiki.xml": WIKI.encode(),
    "wiki.xml.bz2": bz2.compress(WIKI.encode()),
    "feed.xml": RSS.encode(),
    "feed.atom": ATOM.encode(),
    "a.html": HTML.encode(),
    "gb.html": HTML.encode("gb18030"),
    "a.warc": warc(),
    "a.warc.gz": gzip.compress(warc()),
}
"""A valid file of every format, by name."""

Mutation = Callable[[bytes, int, int, bytes], bytes]
MUTATIONS: tuple[Mutation, ...] = (
    lambda data, a, b, _: data[: min(a, b)],
    lambda data, a, b, _: data[: min(a, b)] + data[max(a, b) :],
    lambda data, a, b, _: data[: max(a, b)] + data[min(a, b) :],
    lambda data, a, _, noise: data[:a] + noise + data[a:],
    lambda data, a, _, noise: data[:a] + noise + data[a + len(noise) :],
    lambda data, a, b, _: data[:a] + bytes([data[a] ^ (1 << b % 8)]) + data[a + 1 :] if a < len(data) else data,
    lambda data, a, b, _: data.replace(data[a : a + 1], data[b : b + 1]) if data[a : a + 1] else data,
    lambda data, a, b, _: data + data[min(a, b) : max(a, b)] * 50,
)
"""Ways to spoil a file at two places of it."""


def check(record: object) -> None:
    """What holds of every record: it can be written, and says what it is."""
    if isinstance(record, Document):
        assert record.text.strip()
        assert "\0" not in record.text
        record.text.encode()
        assert record.tokens is None or record.tags is None or len(record.tokens) == len(record.tags)
        assert record.line is None or record.line > 0
        row = table_of([record]).to_pylist()[0]
        assert json.loads(row["extra"] or "{}").keys() == record.extra.keys()
    else:
        assert isinstance(record, Reject | Skip), record
        assert record.reason
        assert "\n" not in record.reason
        record.reason.encode()


def names_of(folder: Path) -> list[str]:
    """Everything in a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
