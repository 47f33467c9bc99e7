"""Statements on the second derivatives of losses."""
