"""Texts that a spreadsheet would take for a formula.

An apostrophe before them makes them text. Reading takes away what writing put there, and nothing else: the apostrophe
of `'t Veld BV` stays.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_SHIELDED = re.compile(r"'+[=+\-@\t\r]")


def shielded(text: str) -> str:
	return f"'{text}" if _FORMULA.match(text) else text


def unshielded(text: str) -> str:
	return text[1:] if _SHIELDED.match(text) else text
