"""Where in a name the words stand that were typed: pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from erp_b2b_smartbill.text import fold

_LETTER = r"(?:[^\W_]|[\u0300-\u036f])"
# as identity.words takes a text apart: S.R.L. and D'Or are one word each
_PIECE = re.compile(
	rf"(?<!{_LETTER}){_LETTER}(?:\.{_LETTER}(?!{_LETTER}))+|{_LETTER}+(?:['`\u2019\u02bc]{_LETTER}+)*"
)
_NO_WORD = re.compile(r"[\W_]+")


def ranges(text: str, begun: Collection[str], inside: Collection[str] = ()) -> list[list[int]]:
	"""[from, to) of the beginnings of words, and of parts anywhere in one; both folded, as identity.words gives them."""
	found = []
	for piece in _PIECE.finditer(text):
		word, positions = _folded(piece[0], piece.start())
		length = max((len(one) for one in begun if one and word.startswith(one)), default=0)
		if length:
			found.append([positions[0], _end(positions, length)])
			continue
		parts = [(at, len(one)) for one in inside if one and (at := word.find(one)) >= 0]
		if parts:
			at, length = max(parts, key=lambda part: (part[1], -part[0]))
			found.append([positions[at], _end(positions, at + length)])
	return found


def _end(positions: list[int], at: int) -> int:
	"""Behind the letter before `at`, with the marks on it; one letter may stand for several: ß for ss."""
	return max(positions[at], positions[at - 1] + 1)


def _folded(piece: str, start: int) -> tuple[str, list[int]]:
	"""The word, and for each of its letters, and its end, the position in the text."""
	word, positions = "", []
	for at, letter in enumerate(piece):
		for plain in _NO_WORD.sub("", fold(letter).casefold()):
			word += plain
			positions.append(start + at)
	return word, [*positions, start + len(piece)]
