"""The refused rows given back as a spreadsheet, each with its reasons, to be corrected and imported again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from frappe import _
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from erp_b2b_smartbill.smartbill.clients.files.cells import shielded, unshielded
from erp_b2b_smartbill.smartbill.clients.files.mapping import Rejection
from erp_b2b_smartbill.smartbill.clients.files.refusal import MAX_CELL


def write_rejects(target: Any, titles: Sequence[str], rejections: Iterable[Rejection]) -> int:
	"""Writes an xlsx to `target`, a path or a binary file, row by row; returns how many rows were refused. `titles`: the
	header of the file that was read. The reason follows its last column."""
	book = Workbook(write_only=True)
	sheet = book.create_sheet()
	sheet.append([*map(_cell, titles), _("Reason")])
	count = 0
	for rejection in rejections:
		cells = [_cell(cell) for cell in rejection.cells]
		cells += [""] * (len(titles) - len(cells))
		# cells to the right of the header stay, behind the reason
		sheet.append([*cells[: len(titles)], _cell(" ".join(rejection.reasons)), *cells[len(titles) :]])
		count += 1
	book.save(target)
	return count


def _cell(text: str) -> str:
	"""Text and nothing else. What this app shielded before is not shielded twice."""
	return shielded(unshielded(ILLEGAL_CHARACTERS_RE.sub("", text)))[:MAX_CELL]
