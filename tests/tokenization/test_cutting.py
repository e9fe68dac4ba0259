import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leafout.tokenization.cutting import cut


def run(documents: list[list[int]], most: int) -> tuple[list[list[int]], list[int], int, int]:
    lengths = np.array([length for one in documents for length in one], np.int64)
    made = cut(lengths, np.array([len(one) for one in documents], np.int64), most)
    ends = np.cumsum(made.sentences_E)
    pieces = [made.lengths_S[end - count : end].tolist() for end, count in zip(ends, made.sentences_E, strict=True)]
    return pieces, made.origin_E.tolist(), made.documents, made.sentences


def test_as_many_sentences_as_fit_then_the_next_document() -> None:
    assert run([[3, 3, 3, 3], [5], [4, 9]], 7) == ([[3, 3], [3, 3], [5], [4], [7], [2]], [0, 0, 1, 2, 2, 2], 2, 1)


def test_nothing_is_cut_by_zero() -> None:
    assert run([[30, 30], [], [5]], 0) == ([[30, 30], [], [5]], [0, 1, 2], 0, 0)


@given(st.lists(st.lists(st.integers(1, 30), max_size=8), max_size=8), st.integers(1, 20))
def test_no_token_is_lost_and_no_document_is_longer(documents: list[list[int]], most: int) -> None:
    pieces, origins, changed, long = run(documents, most)
    assert all(sum(piece) <= most for piece in pieces)
    assert [sum(sum(p) for p, o in zip(pieces, origins, strict=True) if o == n) for n in range(len(documents))] == [
        sum(one) for one in documents
    ]
    assert changed == sum(sum(one) > most for one in documents)
    assert long == sum(length > most for one in documents for length in one)
    for number, one in enumerate(documents):
        if sum(one) <= most:
            assert [p for p, o in zip(pieces, origins, strict=True) if o == number] == [one]
