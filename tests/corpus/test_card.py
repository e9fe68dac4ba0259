import json
import random
from pathlib import Path

import pytest

from leafout.core.durable import json_bytes
from leafout.corpus.card import Card, card_of, card_of_folder
from leafout.corpus.documents import Document, DocumentWriter, read_batches, table_of
from leafout.corpus.ids import content_id

ROWS = [
    Document("今天天气很好", source="a.zip!内/一.txt", language="zh", url="https://www.Example.com:8080/x?y#z"),
    Document("A fine day", source="a.zip!b.txt", language="en", time="2023-05-01T10:00:00Z", licence="CC0"),
    Document("第一", text_b="second", source="wow!.txt", label="正", url="http://user@例子.中国/页", time="2021"),
    Document("user: 你好", source="c.jsonl", extra={"messages": [{"role": "user", "content": "你好"}]}, time="昨天"),
    Document("北 京", source="d.conll", tokens=("北", "京"), tags=("B", "I"), time="2024年3月5日 16:30"),
    Document("多 标签", source="e.jsonl", extra={"labels": ["甲", "乙", "甲"]}, url="no url at all"),
    Document("", source="f.txt", language="", time="Tue, 05 Mar 2019 08:30:00 GMT"),
]


def card(rows: list[Document]) -> Card:
    found = Card()
    found.add(table_of(rows))
    return found


def names(plain: dict[str, object], tally: str) -> dict[str, int]:
    return {row["name"]: row["documents"] for row in plain[tally]["top"]}  # type: ignore[index]  # a dict of JSON


def test_each_document_is_counted_by_what_it_is_and_what_its_source_says() -> None:
    plain = card(ROWS).plain()
    texts = [row.text + (row.text_b or "") for row in ROWS]
    assert plain["documents"] == 7
    assert plain["characters"] == sum(map(len, texts))
    assert plain["bytes"] == sum(len(text.encode()) for text in texts)
    assert [plain[name] for name in ("pairs", "tagged", "dialogues", "labelled", "urls")] == [1, 1, 1, 2, 3]
    assert names(plain, "sources")["a.zip"] == 2
    assert names(plain, "sources")["wow!.txt"] == 1
    assert names(plain, "languages") == {"zh": 1, "en": 1}
    assert plain["languages"]["none_said"]["documents"] == 5
    assert names(plain, "labels") == {"正": 1, "甲": 1, "乙": 1}
    assert plain["labels"]["none_said"]["documents"] == 5
    assert names(plain, "hosts") == {"example.com": 1, "例子.中国": 1}
    assert names(plain, "years") == {"2019": 1, "2021": 1, "2023": 1, "2024": 1}
    assert plain["time"] == {"first": "2019-03-05", "last": "2024-03-05", "unread": 1}


def test_lengths_are_counted_in_bins_that_double() -> None:
    lengths = card([Document("x" * size) for size in (0, 1, 2, 3, 4, 1000)]).plain()["lengths"]
    assert [(one["from"], one["below"], one["documents"]) for one in lengths] == [
        (0, 1, 1), (1, 2, 1), (2, 4, 2), (4, 8, 1), (512, 1024, 1),
    ]  # fmt: skip


def test_equal_documents_give_equal_bytes_for_any_batches_and_merged() -> None:
    draw = random.Random(3)
    rows = [
        Document(f"文 text {n} " * draw.randint(1, 30), id=content_id(str(n)), source=f"s{n % 40}", label=str(n % 3),
                 url=f"https://h{n % 17}.org/{n}", time=f"20{n % 20:02}-01-0{n % 9 + 1}", language="zh")
        for n in range(300)
    ]  # fmt: skip
    whole = card(rows)
    pieces = Card()
    for start in range(0, 300, 7):
        pieces.add(table_of(rows[start : start + 7]))
    left, right = card(rows[:99]), card(rows[99:])
    left.merge(right)
    assert json_bytes(whole.plain()) == json_bytes(pieces.plain()) == json_bytes(left.plain())


def test_a_writer_tells_its_card_what_it_wrote(tmp_path: Path) -> None:
    written = Card()
    with DocumentWriter(tmp_path, card=written) as writer:
        for row in ROWS:
            writer.write(row)
    assert written.plain() == card_of_folder(tmp_path).plain() == card_of(read_batches(tmp_path)).plain()
    assert written.plain()["documents"] == 7


def test_every_year_is_told_however_many_there_are() -> None:
    rows = [Document("诗", time=f"{year}-01-01") for year in range(1500, 1900)]
    assert len(card(rows).plain()["years"]["top"]) == 400


def test_no_document_is_a_card_too() -> None:
    assert card([]).plain() == Card().plain()
    assert json.loads(json_bytes(Card().plain()))["documents"] == 0


@pytest.mark.parametrize("time", ["9999999999999999", "0000-00-00", "2024-13-45", "x" * 5000, "١٢٣٤", "-1"])
def test_a_time_that_is_none_is_counted_and_breaks_nothing(time: str) -> None:
    plain = card([Document("甲", time=time, url="http://[::1", source="\n!", label="\x00")]).plain()
    assert plain["time"] == {"unread": 1}
