import pytest

from leafout.corpus.readers.kinds import kind_of_lines, kind_of_text


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (['{"text": "a", "label": ["x"]}'], "jsonl"),
        (['{"text": "a", "label": []}', '{"text": "叶", "label": [[0, 1, "X"]]}'], "spans"),
        (['{"text": "叶", "label": {"name": {"叶": [[0, 0]]}}}'], "spans"),
        (['{"text": "叶", "entities": [{"start_offset": 0, "end_offset": 1, "label": "X"}]}'], "spans"),
        (['{"conversations": [], "label": []}', "no json"], "jsonl"),
        ([], "jsonl"),
    ],
)
def test_json_lines_are_rows_or_spans(lines: list[str], kind: str) -> None:
    assert kind_of_lines(lines) == kind


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["好评\t这家酒店的房间很干净", "差评\t服务员的态度不太好", "好评\t早餐品种丰富味道也好"], "tsv"),
        (["sentence\tlabel", "a b\t1"], "tsv"),
        (["instruction\toutput", "a\tb"], "tsv"),
        (["mouse\tis_a\tanimal", "cat\tis_a\tanimal", "leaf\tpart_of\ttree", "root\tpart_of\ttree"], "lines"),
        (["北 B-LOC", "京 I-LOC", ""] * 9, "conll"),
        (["in IN B-NP O", "Paris NNP B-NP B-LOC", ""] * 9, "conll"),
        (["two words", "more words", ""] * 9, "blocks"),
        (["[{\"text\": 1}", "]"], "json"),
        ([], "text"),
    ],
)  # fmt: skip
def test_text_is_known_by_its_first_lines(lines: list[str], kind: str) -> None:
    assert kind_of_text(lines) == kind
