"""Statements, what they are tried on, what comes of it, and the status that follows."""
