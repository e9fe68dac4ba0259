"""One HTML file that shows a chain: what was made, from what, and how good it is."""
