import pytest

from leafout.chain.report.html import Html, duration, figure, folded, join, sample, size, table, tag, text


def test_text_is_escaped_unless_it_was_built_here() -> None:
    assert tag("p", "<b>&\"'", Html("<i>x</i>")) == "<p>&lt;b&gt;&amp;&quot;&#x27;<i>x</i></p>"
    assert tag("a", "坏", title='"><script>') == '<a title="&quot;&gt;&lt;script&gt;">坏</a>'


def test_unseen_characters_become_visible() -> None:
    assert text("a\x00b\u202ec\ud800d") == "a\ufffdb\ufffdc\ufffdd"
    assert text("行\n二\t好") == "行\n二\t好"


def test_attributes_are_named_as_html_names_them() -> None:
    assert tag("meta", http_equiv="x") == '<meta http-equiv="x">'
    assert tag("details", class_="a", open=True, hidden=False, id=None) == '<details class="a" open></details>'


def test_tables_and_folds_escape_their_cells() -> None:
    made = table(("名", "n"), [("<x>", 3)], numbers=(1,))
    assert "&lt;x&gt;" in made
    assert '<td class="number">3</td>' in made
    assert "<details open>" in folded("s", "c", opened=True)
    assert join(["<", Html("<b>")], ", ") == "&lt;, <b>"


def test_a_long_sample_is_cut() -> None:
    assert sample("好" * 500, max_chars=10) == f'<span class="sample" dir="auto">{"好" * 9}…</span>'


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.5, "0.5"), (1234567, "1,234,567"), (0.00001, "1e-05"), (12345.6, "12,346"), (0, "0"), (3.0, "3"), ("x", "x")],
)
def test_figures_are_short(value: object, shown: str) -> None:
    assert figure(value) == shown


def test_times_and_sizes_have_units() -> None:
    assert [duration(s) for s in (0.44, 42, 200, 7500)] == ["0.4 s", "42 s", "3 min 20 s", "2 h 5 min"]
    assert [size(b) for b in (12, 1234, 4.2e6, 3e12)] == ["12 B", "1.2 kB", "4.2 MB", "3000 GB"]
