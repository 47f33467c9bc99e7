"""Statements on how fast optimizers converge, and on what a lock does to each of them."""
