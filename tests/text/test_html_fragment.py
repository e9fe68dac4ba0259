import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leafout.text.html_fragment import fragment_text


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("<p>One &amp; two</p><p>第二段</p>", "One & two\n\n第二段"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ul><li>a<li>b</ul>c", "a\nb\n\nc"),
        ("x<script>if (a<b) {}</script><style>p{}</style>y", "xy"),
        ("x<SCRIPT>a</Script >y", "xy"),
        ("a <!-- b --> c<![CDATA[d]]>", "a c"),
        ("1 < 2 &lt; 3", "1 < 2 < 3"),
        ("<td>a</td><td>b</td>", "a b"),
        ("  many \n  spaces&nbsp; ", "many spaces"),
        ("cut <a href='x", "cut"),
        ("<script>never closed", ""),
        ("<img alt='x'>", ""),
    ],
)
def test_a_fragment_becomes_what_a_reader_sees(fragment: str, text: str) -> None:
    assert fragment_text(fragment) == text


def test_images_may_stand_as_their_words() -> None:
    assert fragment_text('好<img class="e" alt="[笑cry]" src="x">吧', images=True) == "好[笑cry]吧"


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(["<p", ">", "</", "<!--", "-->", "<script>", "&amp", ";", "é", "İ", "文", '"', " ", "\n"]))
)
def test_nothing_makes_it_fail(parts: list[str]) -> None:
    assert "<script>" not in fragment_text("".join(parts))


@pytest.mark.parametrize("part", ["<!--", "<p", "<script>", "<![", "<", "</", "&", "<style", "<b>"])
def test_twenty_thousand_unclosed_tags_cost_what_their_length_costs(part: str) -> None:
    start = time.process_time()
    fragment_text(part * 20_000)
    assert time.process_time() - start < 10
