"""Ways to check a statement; each takes a statement and gives evidence."""
