"""The first phase: each document by itself is put in order, judged by every rule, and masked.

Legend: N documents of a part.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from leafout.corpus import parts
from leafout.corpus.cleaning.masking import IN_TOKENS, mask_documents
from leafout.corpus.cleaning.messages import normalise_messages
from leafout.corpus.cleaning.phases import finish_part
from leafout.corpus.cleaning.rules import CleanRules
from leafout.corpus.documents import SCHEMA
from leafout.corpus.kernels.quality import edits, faults
from leafout.corpus.kernels.tidying import normalised
from leafout.text.language import in_languages, languages, primary
from leafout.text.quality_edit import EDITS
from leafout.text.words import word_finder

JUDGE = "judge"


@dataclass(frozen=True, slots=True)
class Judging:
    """How a part is judged.

    Attributes:
        phase: the folder of the parts.
        rules: what is kept.
        root: the folder that files of words start from.
    """

    phase: Path
    rules: CleanRules
    root: Path


def judge_part(part: parts.Part, *, judging: Judging) -> int:
    """Make a part of the first phase, unless it is there; the number of the part."""
    if parts.is_made(judging.phase, part.number):
        return part.number
    table = parts.read_rows(part).select(SCHEMA.names)
    work = _Work(table, judging)
    with parts.making(judging.phase, part.number) as out:
        work.normalise()
        work.find_languages()
        work.edit_lines()
        work.judge()
        work.find_words()
        work.mask()
        finish_part(out, work.table(), work.reasons, work.edited)
    return part.number


class _Work:
    """The documents of a part on their way."""

    def __init__(self, table: pa.Table, judging: Judging) -> None:
        self.edited: Counter[str] = Counter()
        self.reasons: list[str | None] = [None] * table.num_rows
        self._table, self._rules, self._root = table, judging.rules, judging.root
        self._texts: list[str] = table["text"].to_pylist()
        self._seconds: list[str | None] = table["text_b"].to_pylist()
        self._is_tagged: list[bool] = table["tokens"].is_valid().to_pylist()
        self._languages: list[str | None] = [primary(tag) for tag in table["language"].to_pylist()]
        self._extras: list[str | None] = table["extra"].to_pylist()

    def normalise(self) -> None:
        """Put every text and every message in one form; a tagged row's text is its tokens and stays."""
        plain = pc.is_null(self._table["tokens"])
        for name, texts in (("text", self._texts), ("text_b", self._seconds)):
            given = pc.if_else(plain, self._table[name], pa.scalar(None, pa.string()))
            changed, edits_of = normalised(given, self._rules.normalise)
            for place, text in changed.items():
                texts[place] = text
            self.edited.update(edits_of)
        written, edits_of = normalise_messages(self._extras, self._rules.normalise)
        for place, extra in written.items():
            self._extras[place] = extra
        self.edited.update(edits_of)

    def find_languages(self) -> None:
        """Find the languages that are not said; by choice take out paragraphs of others."""
        unsaid = [place for place, language in enumerate(self._languages) if not language]
        found = languages([self._texts[place] for place in unsaid], self._rules.languages)
        for place, language in zip(unsaid, found, strict=True):
            self._languages[place] = language
        wanted = set(self._rules.languages)
        if not wanted or self._rules.language_of != "paragraph":
            return
        for place, text in enumerate(self._texts):
            if not self._is_tagged[place]:
                self._texts[place], num_lines = in_languages(text, wanted)
                self.edited.update(["paragraphs_of_other_languages"] * (num_lines > 0))

    def edit_lines(self) -> None:
        """Take out lines by rules of quality that look at lines."""
        if self._rules.quality.c4 is None:
            return
        array = pa.array(["" if tagged else text for text, tagged in zip(self._texts, self._is_tagged, strict=True)])
        new, counts_NE = edits(array, self._languages, self._rules.quality)
        for place, text in enumerate(new.to_pylist()):
            if not self._is_tagged[place]:
                self._texts[place] = text
        counts = zip(EDITS, counts_NE.sum(axis=0).tolist(), strict=True)
        self.edited.update({name: count for name, count in counts if count})

    def judge(self) -> None:
        """Find the first rule that each document breaks."""
        rules, array = self._rules, pa.array(self._texts, pa.large_string())
        if rules.labelled:
            self._refuse(["unlabelled" if label is None else None for label in self._table["label"].to_pylist()])
        if rules.languages:
            wanted = set(rules.languages)
            self._refuse([None if language in wanted else f"language_{language}" for language in self._languages])
        self._refuse(faults(array, self._languages, rules.quality))

    def find_words(self) -> None:
        """Look for the words of lists in the documents that stay."""
        rules = self._rules.words
        if rules is None:
            return
        finder = word_finder(rules, self._root)
        for place, text in enumerate(self._texts):
            second = self._seconds[place]
            if self.reasons[place] is not None:
                continue
            found = [finder.judge(text), *([] if second is None else [finder.judge(second)])]
            self.reasons[place] = next((one.reason for one in found if one.reason), None)
            self.edited.update(["texts_with_listed_words"] * any(one.hits for one in found))
            if rules.action == "mask" and self._is_tagged[place] and any(one.hits for one in found):
                self.reasons[place] = "listed_words_in_tokens"
            else:
                self._texts[place] = found[0].text
                self._seconds[place] = None if second is None else found[1].text

    def mask(self) -> None:
        """Replace personal data in the documents that stay."""
        rules = self._rules.personal_data
        if rules is None:
            return
        made = mask_documents(
            self._texts,
            self._seconds,
            self._extras,
            looked_at=[reason is None for reason in self.reasons],
            is_tagged=self._is_tagged,
            rules=rules,
        )
        self._texts, self._seconds, self._extras = made.texts, made.seconds, made.extras
        self.edited.update(made.counts)
        for place in made.refused:
            self.reasons[place] = IN_TOKENS

    def table(self) -> pa.Table:
        """The documents as they are now."""
        table = self._table
        for name, values in (
            ("text", self._texts),
            ("text_b", self._seconds),
            ("language", self._languages),
            ("extra", self._extras),
        ):
            table = table.set_column(table.schema.get_field_index(name), name, pa.array(values, pa.string()))
        return table.cast(SCHEMA)

    def _refuse(self, found: Sequence[str | None]) -> None:
        for place, reason in enumerate(found):
            if reason is not None and self.reasons[place] is None:
                self.reasons[place] = reason
