from pathlib import Path

from leafout.corpus.cleaning.judging import Judging, judge_part
from leafout.corpus.cleaning.phases import DROPPED, KEPT
from leafout.corpus.cleaning.rules import CleanRules
from leafout.corpus.documents import Document, DocumentWriter
from leafout.corpus.parts import made_at, plan_parts, read_counts, read_part

ZH = "这本书的内容很充实，作者用平实的语言讲述了自己的经历，读完之后收获很大。"
EN = "The words of this page are plain English, and they say what was meant by them."


def _judged(
    tmp_path: Path, rows: list[Document], **rules: object
) -> tuple[list[Document], dict[str, str], dict[str, int]]:
    with DocumentWriter(tmp_path / "in") as writer:
        for number, row in enumerate(rows):
            writer.write(Document(**{**{name: getattr(row, name) for name in row.__slots__}, "id": f"id{number}"}))
    (part,) = plan_parts([tmp_path / "in"])
    judge_part(part, judging=Judging(tmp_path / "judge", CleanRules.read(rules), tmp_path))
    made = made_at(tmp_path / "judge", 0)
    kept = [Document(row["text"], id=row["id"], language=row["language"]) for row in read_part(made / KEPT).to_pylist()]
    dropped = read_part(made / DROPPED)
    reasons = dict(zip(dropped["id"].to_pylist(), dropped["reason"].to_pylist(), strict=True))
    return kept, reasons, read_counts(made / "notes" / "funnel.json")["edited"]


def test_languages_are_found_and_judged_and_those_that_were_said_are_trusted(tmp_path: Path) -> None:
    rows = [
        Document(ZH),
        Document(EN),
        Document("Это книга о лесе и листьях, написанная давно."),
        Document(EN, language="de"),
    ]
    kept, reasons, _ = _judged(tmp_path, rows, languages=["zh", "en"])
    assert [row.language for row in kept] == ["zh", "en"]
    assert reasons == {"id2": "language_ru", "id3": "language_de"}


def test_a_text_too_short_to_say_is_in_a_language_that_is_kept(tmp_path: Path) -> None:
    rows, quality = [Document("Manchester United, 2003"), Document("Он ушёл домой")], {"min_chars": 1}
    kept, reasons, _ = _judged(tmp_path / "known", rows, languages=["zh", "en"], quality=quality)
    assert [row.language for row in kept] == ["en"]
    assert reasons == {"id1": "language_ru"}
    kept, _, _ = _judged(tmp_path / "unknown", rows, quality=quality)
    assert [row.language for row in kept] == ["no", "ru"]


def test_paragraphs_of_other_languages_go_by_choice_and_are_counted(tmp_path: Path) -> None:
    text = f"{ZH}\nЭто книга о лесе и листьях, написанная давно.\n{ZH}再读一遍。"
    kept, _, edited = _judged(tmp_path, [Document(text)], languages=["zh"], language_of="paragraph")
    assert "лесе" not in kept[0].text
    assert kept[0].text.count("平实") == 2
    assert edited["paragraphs_of_other_languages"] == 1


def test_lines_go_by_rules_of_quality_and_are_counted(tmp_path: Path) -> None:
    text = "\n".join(
        [EN] * 1 + ["Click here"] + [f"Sentence number {n} of this page says something else." for n in range(5)]
    )
    kept, _, edited = _judged(tmp_path, [Document(text)], quality={"c4": {}})
    assert "Click here" not in kept[0].text
    assert sum(edited.values()) == 1


def test_a_dialogue_has_one_form_in_its_transcript_and_its_messages(tmp_path: Path) -> None:
    odd = EN.replace(" ", "  ")
    kept, _, edited = _judged(tmp_path, [Document(odd, extra={"messages": [{"role": "user", "content": odd}]})])
    assert kept[0].text == EN
    (row,) = read_part(made_at(tmp_path / "judge", 0) / KEPT)["extra"].to_pylist()
    assert row == f'{{"messages": [{{"content": "{EN}", "role": "user"}}]}}'
    assert (edited["white_space"], edited["messages_white_space"]) == (1, 1)


def test_personal_data_is_masked_in_both_texts_and_a_tagged_row_that_has_any_goes(tmp_path: Path) -> None:
    tokens = tuple("联系13812345678好")
    rows = [
        Document(f"{ZH}电话13812345678", text_b="13812345678"),
        Document("".join(tokens) + ZH, tokens=(*tokens, *ZH), tags=("O",) * (len(tokens) + len(ZH))),
    ]
    kept, reasons, edited = _judged(tmp_path, rows, personal_data={})
    assert kept[0].text.endswith("电话<PHONE_1>")
    assert reasons == {"id1": "personal_data_in_tokens"}
    assert edited["masked_phone"] == 2


def test_a_tagged_row_keeps_the_text_of_its_tokens(tmp_path: Path) -> None:
    tokens = tuple("Ｌｅａｆ　生长" * 3)
    row = Document("".join(tokens), tokens=tokens, tags=("O",) * len(tokens))
    kept, _, _ = _judged(tmp_path, [row], normalise={"nfkc": True})
    assert kept[0].text == "".join(tokens)


def test_only_labelled_rows_by_choice(tmp_path: Path) -> None:
    kept, reasons, _ = _judged(tmp_path, [Document(ZH), Document(EN, label="x")], labelled=True)
    assert [row.id for row in kept] == ["id1"]
    assert reasons == {"id0": "unlabelled"}


def test_documents_with_listed_words_go_or_are_masked_and_counted(tmp_path: Path) -> None:
    (tmp_path / "坏词.txt").write_text("坏东西\nrubbish\n", encoding="utf-8")
    tokens = tuple("真是坏东西啊" * 3)
    rows = [
        Document(f"{ZH}真是坏东西。"),
        Document(EN, text_b="What RUBBISH it is"),
        Document(EN),
        Document("".join(tokens), tokens=tokens, tags=("O",) * len(tokens)),
    ]
    _, reasons, edited = _judged(tmp_path / "drop", rows, words=str(tmp_path / "坏词.txt"), quality={"preset": "none"})
    assert set(reasons) == {"id0", "id1", "id3"}
    assert edited["texts_with_listed_words"] == 3
    masking = {"files": [str(tmp_path / "坏词.txt")], "action": "mask"}
    kept, reasons, _ = _judged(tmp_path / "mask", rows, words=masking, quality={"preset": "none"})
    assert "坏东西" not in kept[0].text
    assert reasons == {"id3": "listed_words_in_tokens"}
