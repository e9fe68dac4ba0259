"""Wikitext, the markup of MediaWiki, as clean text: what a reader of the article would read, without the apparatus.

A linear scanner in four passes: tags whose content is no wikitext (comments, references, formulas), brackets that nest
(templates, links, tables, language variants), marks inside a line, and the lines with their sections. No pass looks
twice at the same character more than a bounded number of times, so hostile pages cost what their length costs.
The rules follow the parser's description in MediaWiki's manual ("Markup spec", "Writing systems/Syntax").
"""

from collections import Counter
from dataclasses import dataclass, field

from leafout.text.wikitext_brackets import resolve_brackets
from leafout.text.wikitext_lines import clean_lines, plain_marks
from leafout.text.wikitext_opaque import drop_opaque, reveal

_NAMESPACE_WORDS = (
    "file image media category 文件 檔案 档案 圖像 图像 圖片 图片 媒体 媒體 媒體檔案 分类 分類"
    " fichier datei kategorie catégorie archivo imagen categoría ファイル 画像 カテゴリ файл категория"
)
DROPPED_NAMESPACES = frozenset(_NAMESPACE_WORDS.split())
"""Prefixes of links that show no text, in lower case: files with their captions, and categories."""


@dataclass(frozen=True, slots=True)
class WikitextRules:
    """How an article becomes text.

    Attributes:
        variant: the variety of Chinese that `-{ }-` is resolved for, such as `zh-cn` or `zh-tw`; empty leaves the
            braces alone, as in languages without varieties.
        formula: what stands for a formula; empty drops it.
        dropped_namespaces: prefixes of links that show no text, in lower case.
    """

    variant: str = ""
    formula: str = "[math]"
    dropped_namespaces: frozenset[str] = field(default=DROPPED_NAMESPACES)


def clean_wikitext(text: str, rules: WikitextRules | None = None) -> tuple[str, dict[str, int]]:
    """The prose of an article: paragraphs, headings, list items, each a line; an empty line before a heading.

    Templates are dropped but for a few that hold words of the sentence (`wikitext_templates`); tables, references,
    galleries, files, categories and links to other languages are dropped; of links the label is kept; a section
    without text goes with its heading.

    Args:
        text: the source of a page.
        rules: how to read it.

    Returns:
        The text, and how many things of each kind were dropped or rewritten (`comments`, `templates`,
        `templates_kept`, `tables`, `references`, `formulas`, `files`, `categories`, `variants`, `variant_rules` of the
        page and `variant_words` that they changed, `empty_sections`, `unclosed` brackets ...).
    """
    rules = rules or WikitextRules()
    counts: Counter[str] = Counter()
    plain, hidden = drop_opaque(text, counts, formula=rules.formula)
    plain = resolve_brackets(plain, counts, variant=rules.variant, dropped_namespaces=rules.dropped_namespaces)
    plain = clean_lines(plain_marks(plain, counts), counts)
    return reveal(plain) if hidden else plain, dict(sorted((+counts).items()))
