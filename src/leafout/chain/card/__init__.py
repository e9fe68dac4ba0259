"""The data card of documents: what they are and the whole way they came, as plain values and as one HTML page."""
