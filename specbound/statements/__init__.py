"""The catalogue: one theorem a file, in a folder for its area."""
