"""The rows of HTML tables, as programs write them under the name of `.xls`."""

from __future__ import annotations

from html.parser import HTMLParser

from erp_b2b_smartbill.smartbill.clients.files.refusal import (
	MAX_CELL,
	MAX_COLUMNS,
	damaged,
	too_long_cell,
	too_many_columns,
)

_NO_TEXT = {"script", "style", "template", "noscript", "head"}
# a tag, a comment or a script that has not ended yet; the parser looks through it again and again
_MAX_PENDING = 256 * 1024
# what may be left of it at the end of the page
_MAX_LEFT = 4096
_BREAKS = {"br", "p", "div", "li"}


class TableRows(HTMLParser):
	"""Fed piece by piece; `take` gives the rows that are complete. Nothing in the page is loaded or run.

	The rows of all tables follow each other, inner ones where they stand. A cell over several columns stands in the
	first of them; over several rows, in the first row only.
	"""

	def __init__(self) -> None:
		super().__init__(convert_charrefs=True)
		self._rows: list[list[str]] = []
		self._count = 0
		self._row: list[str] | None = None
		self._cell: list[str] | None = None
		self._length = self._span = 0
		self._unread: list[str] = []

	def take(self) -> list[list[str]]:
		if len(self.rawdata) > _MAX_PENDING:
			raise damaged()
		rows, self._rows = self._rows, []
		return rows

	def finish(self) -> list[list[str]]:
		if len(self.rawdata) > _MAX_LEFT:
			# closing looks for the end of each of its marks in all that follows it
			raise damaged()
		self.close()
		self._end_row()
		return self.take()

	def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
		if tag in _NO_TEXT:
			# a page that forgets to end one does not fill the memory
			self._unread = [*self._unread[-20:], tag]
		elif tag == "tr":
			self._unread = []
			self._end_row()
			self._row = []
		elif tag in ("td", "th"):
			self._unread = []
			self._end_cell()
			self._row = [] if self._row is None else self._row
			self._cell, self._length = [], 0
			span = dict(attrs).get("colspan") or "1"
			is_number = span.isascii() and span.isdigit() and len(span) < 6
			self._span = max(int(span), 1) if is_number else 1
		elif tag in _BREAKS and self._cell is not None:
			self._cell.append(" ")

	def handle_endtag(self, tag: str) -> None:
		if self._unread and self._unread[-1] == tag:
			self._unread.pop()
		elif tag in ("td", "th"):
			self._end_cell()
		elif tag in ("tr", "table"):
			self._end_row()

	def handle_data(self, data: str) -> None:
		if self._cell is None or self._unread:
			return
		if not data.isspace():
			self._length += len(data)
			if self._length > MAX_CELL:
				raise too_long_cell(self._count + 1)
		elif self._cell and self._cell[-1].isspace():
			return
		self._cell.append(data)

	def _end_cell(self) -> None:
		if self._cell is None or self._row is None:
			return
		if len(self._row) > MAX_COLUMNS:
			raise too_many_columns()
		self._row.append(" ".join("".join(self._cell).split()))
		# what a spread cell leaves empty; beyond the columns that are read nothing is counted
		self._row += [""] * min(self._span - 1, max(MAX_COLUMNS - len(self._row), 0))
		self._cell = None

	def _end_row(self) -> None:
		self._end_cell()
		if self._row is not None:
			self._rows.append(self._row)
			self._count += 1
		self._row = None
