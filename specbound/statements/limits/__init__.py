"""Statements on the limits of locks: what undoes one, and what gives it away."""
