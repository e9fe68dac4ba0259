import numpy as np
import pytest
from hypothesis import given, settings

from decoded import decoded
from leafout.corpus.kernels.quality_chars import commonest, is_blank, num_chars
from leafout.corpus.kernels.quality_tables import char_table, room_for
from leafout.text.quality_chars import FLAGS
from odd_texts import utf8_texts


@settings(deadline=None)
@given(utf8_texts)
def test_every_character_is_decoded_with_its_bits(text: str) -> None:
    room, length = decoded(text)
    assert room.codes_C[:length].tolist() == [ord(char) for char in text]
    assert room.bits_C[:length].tolist() == [FLAGS[char] for char in text]
    data = np.frombuffer(text.encode(), np.uint8)
    assert num_chars(data, 0, len(data)) == len(text)


@pytest.mark.parametrize("text", ["", " \n\t", "\u3000" * 300, "\u3000" * 300 + "字", " " * 255 + "é", "字"])
def test_a_blank_text_is_known_a_piece_at_a_time(text: str) -> None:
    data = np.frombuffer(text.encode(), np.uint8)
    assert is_blank(data, 0, len(data), char_table(), room_for(0)) is (not text.strip())


def test_the_commonest_character_is_counted_and_the_counts_are_cleared() -> None:
    room, length = decoded("好 好 好\n\n\n\nab𠀀𠀀")
    assert commonest(room, length) == 3
    assert not room.counts_T.any()
