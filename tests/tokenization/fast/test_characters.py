from tokenizers import normalizers

from leafout.tokenization.fast.characters import DROPPED, SINGLE, STRANGE, Characters, asks_of_bert, asks_of_pattern
from leafout.tokenization.fast.splitting import HAN, LETTER, NUMBER, SPACE, WORD
from leafout.tokenization.fast.strings import code_points

KINDS = asks_of_pattern(word=r"\p{L}", han=r"\p{Han}", late="", lowercase=True, nfc=True)


def test_classes_and_case_are_the_librarys() -> None:
    found = {character: KINDS(character) for character in "好Aé5 \u3000ſİ\u0378☕"}
    assert found["好"] == (LETTER | WORD | HAN, "好")
    assert found["A"] == (LETTER | WORD, "a")
    assert found["5"] == (NUMBER, "5")
    assert found["\u3000"][0] == SPACE
    assert found["☕"][0] == 0
    assert all(found[character][0] == STRANGE for character in "ſİ\u0378")


def test_bert_drops_folds_and_parts() -> None:
    ask = asks_of_bert(normalizers.BertNormalizer(lowercase=True))
    assert ask("É") == (0, "e")
    assert ask("好") == (SINGLE, "好")
    assert ask("!") == (SINGLE, "!")
    assert ask("\t") == (SPACE, " ")
    assert ask("\u200b")[0] == DROPPED
    assert ask("\u0301")[0] == DROPPED
    assert ask("한")[0] == STRANGE
    assert asks_of_bert(normalizers.BertNormalizer(lowercase=False))("É") == (0, "É")
    assert asks_of_bert(normalizers.BertNormalizer(handle_chinese_chars=False))("好")[0] == 0


def test_each_character_is_asked_once() -> None:
    asked: list[str] = []

    def ask(character: str) -> tuple[int, str]:
        asked.append(character)
        return LETTER, character.upper()

    table = Characters(ask)
    classes, becomes = table.look_up(code_points("abba好"))
    table.look_up(code_points("ab"))
    assert sorted(asked) == ["a", "b", "好"]
    assert (classes & LETTER > 0).all()
    assert becomes.tolist() == [ord(character) for character in "ABBA好"]
    surrogate, _ = table.look_up(code_points("\ud800"))
    assert surrogate[0] & STRANGE
