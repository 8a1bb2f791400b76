"""Whoever was found, in whatever source, as the Customer that a document is written to."""
