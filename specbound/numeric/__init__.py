"""Number systems, rounding and matrices with a prescribed spectrum."""
