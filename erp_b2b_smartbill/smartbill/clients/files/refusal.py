"""How a file is refused, and the limits beyond which it is."""

from __future__ import annotations

from frappe import _

MB = 1024 * 1024
MAX_FILE_BYTES = 200 * MB
MAX_ROWS = 1_000_000
MAX_COLUMNS = 200
# what a cell of a spreadsheet holds
MAX_CELL = 32_767
# the header is looked for in these
HEADER_ROWS = 10


class FileRefused(ValueError):
	"""`code` is stable, `message` is for people: what the file is, and what to do."""

	def __init__(self, code: str, message: str):
		super().__init__(message)
		self.code = code
		self.message = message


def no_rows() -> FileRefused:
	return FileRefused("empty", _("There are no rows in the file."))


def damaged() -> FileRefused:
	return FileRefused(
		"damaged",
		_(
			"The file is damaged and cannot be read. Open it in a spreadsheet program and save it again as xlsx."
		),
	)


def binary() -> FileRefused:
	return FileRefused(
		"binary", _("This is no spreadsheet and no text. Export the clients as xlsx, xls or csv.")
	)


def with_password() -> FileRefused:
	return FileRefused(
		"password", _("The file is protected by a password. Save it without one and try again.")
	)


def too_many_columns() -> FileRefused:
	return FileRefused("columns", _("The file has more than {0} columns.").format(MAX_COLUMNS))


def too_long_cell(row: int) -> FileRefused:
	text = _(
		"A cell of row {0} has more than {1} characters. Often a quotation mark before it is never closed."
	)
	return FileRefused("cell", text.format(row, MAX_CELL))
