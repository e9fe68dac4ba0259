"""Column files of tagged tokens (CoNLL, BIO, BMES): a token a line, its tag in the last column, blank lines between."""

from pathlib import Path

from leafout.corpus.documents import Document
from leafout.corpus.readers.opening import read_lines
from leafout.corpus.readers.record import ReadOptions, Records, Reject, join_tokens


def read_conll(path: Path, options: ReadOptions) -> Records:
    """Sentences with tokens and tags; `-DOCSTART-` lines and comments are passed over."""
    tokens: list[str] = []
    tags: list[str] = []
    first, bad = 1, False
    for item in [*read_lines(path, options), (0, "")]:
        if isinstance(item, Reject):
            yield item
            bad = True
            continue
        number, line = item
        cells = line.split("\t") if "\t" in line else line.split()
        if not cells or not line.strip() or cells[0] == "-DOCSTART-":
            if tokens and not bad:
                yield Document(text=join_tokens(tokens), line=first, tokens=tuple(tokens), tags=tuple(tags))
            tokens, tags, bad = [], [], False
        elif len(cells) == 1:
            yield Reject(number, "no tag column", line[:200])
            bad = True
        else:
            first = first if tokens else number
            tokens.append(cells[0])
            tags.append(cells[-1])
