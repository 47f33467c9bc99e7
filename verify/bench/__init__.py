"""The project's own speed and strength, measured: ``python -m verify.bench`` prints a line a number."""
