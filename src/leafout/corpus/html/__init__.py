"""Web pages as text: charset, main content, and what a page says of itself."""
