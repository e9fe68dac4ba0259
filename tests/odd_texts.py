"""Texts that quality rules stumble over: scripts, marks, bullets, phrases, repeats; for hypothesis."""

from hypothesis import strategies as st

PIECES = [
    "the", "The", "of", "and", "that", "it's", "don’t", "Lorem", " lorem ipsum ", "Enable JavaScript", "javascript",
    "3.5", "a_b", "été", "e\u0301", "नमस्ते", "สวัสดี", "Привет", "한국어", "ひらがな", "你好", "世界", "的", "了", "之",
    "，", "。", "！", "？", "……", "…", "...", "....", "#", "##", "{", "}", "- ", "• ", "· ", "\u3000", " ", "  ", "\t",
    "\u00a0", "\u2028", "\n", "\n\n", "\n \n", "\r\n", ".", "!", "?", '"', "”", "’", "'", ")", "]", "[1]", "[edit]",
    "[编辑]", "[12", "😀", "👩‍👩‍👧", "🇨🇳", "\ufffd", "\ue000", "\x07", "國", "国", "鍏", "𠀀", "﷽", "terms of use",
    "隐私政策", "加微信", "娱乐城", "澳门威尼斯", "ICP备", "damn", "damned",
    "坏", "x" * 40, "https://a.b/c?d=e", "\u200b",
    "ﾀ", "Ａ", "〇", "々", "\U0001fae8", "\x00",
]  # fmt: skip
sentence = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)
solid = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=20).map("".join)
block = st.tuples(sentence | solid, st.integers(1, 30), st.sampled_from(["", " ", "\n", "\n\n", "。"]))
texts = st.lists(block, max_size=6).map(lambda blocks: "".join((piece + end) * times for piece, times, end in blocks))
utf8_texts = texts.map(lambda text: text.encode("utf-8", "ignore").decode())
