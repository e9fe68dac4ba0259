"""The site of a web address: what documents of one site have in common."""

import pyarrow as pa
import pyarrow.compute as pc

_HOST = r"^\w[\w+.-]*://(?:[^/?#@]*@)?(?:[wW]{3}\.)?(?P<host>\[[^\]/?#]+\]|[^/?#:@\[\]]+)"


def hosts(urls: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """The host of each address in lower case, without `www.`; null where there is none.

    Args:
        urls: strings; user names, ports and paths count for nothing.
    """
    return pc.utf8_lower(pc.struct_field(pc.extract_regex(urls, _HOST), "host"))
