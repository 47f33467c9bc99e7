"""Certificates: what a certified check has decided, written down so that somebody else can check it."""
