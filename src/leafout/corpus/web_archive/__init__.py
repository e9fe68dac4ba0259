"""Web archives: WARC and ARC files as a stream of records, whatever is broken in them."""
