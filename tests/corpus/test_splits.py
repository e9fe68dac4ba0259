import pytest

from leafout.corpus.documents import Document, table_of
from leafout.corpus.splits import ContentDigest, content_digest

ROWS = [Document("好", id="a", label="x"), Document("书", id="b", text_b="the book", language="zh")]


def test_the_lock_of_a_part_hangs_on_ids_texts_labels_and_their_order() -> None:
    whole = content_digest(table_of(ROWS))
    assert whole == content_digest(table_of([ROWS[0], Document("书", id="b", text_b="the book", language="en")]))
    others = [
        [ROWS[1], ROWS[0]],
        [ROWS[0]],
        [ROWS[0], Document("书", id="c", text_b="the book")],
        [ROWS[0], Document("书。", id="b", text_b="the book")],
        [ROWS[0], Document("书", id="b")],
        [ROWS[0], Document("书", id="b", text_b="the book", label="x")],
    ]
    assert len({whole, *(content_digest(table_of(other)) for other in others)}) == 7


@pytest.mark.parametrize("cut", [0, 1, 2])
def test_the_lock_is_the_same_however_rows_are_batched(cut: int) -> None:
    digest = ContentDigest()
    digest.update(table_of(ROWS[:cut]))
    digest.update(table_of(ROWS[cut:]))
    assert digest.hexdigest() == content_digest(table_of(ROWS))
