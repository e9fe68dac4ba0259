import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.corpus.kernels import winnow
from leafout.corpus.kernels.buffers import utf8
from leafout.corpus.kernels.winnow import fingerprints

TEXTS = st.lists(st.text(alphabet="ab 叶绿é", max_size=80), max_size=4)


@settings(max_examples=100, deadline=None)
@given(texts=TEXTS, ngram=st.integers(1, 8), window=st.integers(1, 9))
def test_compiled_and_plain_agree(texts: list[str], ngram: int, window: int) -> None:
    bytes_U, offsets_N1 = utf8(pa.array(texts, pa.string()))
    keys_F, places_F = fingerprints(bytes_U, offsets_N1, ngram=ngram, window=window)
    plain_F, plain_places_F = winnow._fingerprints_plain(bytes_U, offsets_N1, ngram, window)
    assert keys_F.tolist() == plain_F.tolist()
    assert places_F.tolist() == plain_places_F.tolist()


@settings(max_examples=100, deadline=None)
@given(
    shared=st.text(alphabet="ab叶", min_size=12, max_size=30),
    before=st.text(alphabet="ab叶", max_size=20),
    after=st.text(alphabet="ab叶", max_size=20),
)
def test_texts_that_share_a_window_share_a_fingerprint_inside_of_it(shared: str, before: str, after: str) -> None:
    bytes_U, offsets_N1 = utf8(pa.array([shared, before + shared + after], pa.string()))
    keys_F, places_F = fingerprints(bytes_U, offsets_N1, ngram=5, window=8)
    size = len(shared.encode())
    start = size + len(before.encode())
    own = set(keys_F[places_F < size].tolist())
    inside = set(keys_F[(places_F >= start) & (places_F + 5 <= start + size)].tolist())
    assert own & inside


def test_a_run_of_one_character_gives_a_fingerprint_a_window_and_no_more() -> None:
    bytes_U, offsets_N1 = utf8(pa.array(["=" * 10_000], pa.string()))
    keys_F, _ = fingerprints(bytes_U, offsets_N1, ngram=60, window=141)
    assert len(set(keys_F.tolist())) == 1
    assert len(keys_F) <= 10_000 // 141 + 1


def test_of_ordinary_text_about_two_in_a_window_are_kept() -> None:
    data = np.random.default_rng(1).integers(97, 122, 200_000, np.uint8)
    keys_F, places_F = fingerprints(data, np.array([0, len(data)]), ngram=60, window=141)
    assert 0.9 < len(keys_F) / (2 * len(data) / 142) < 1.1
    assert int(np.diff(places_F).max()) <= 141


def test_a_short_text_has_none() -> None:
    bytes_U, offsets_N1 = utf8(pa.array(["", "短", "x" * 11], pa.string()))
    assert not len(fingerprints(bytes_U, offsets_N1, ngram=4, window=9)[0])
