"""Which column is what, as found and as a person changed it, and a row as a record or as refused."""

from __future__ import annotations

import re
from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from frappe import _

from erp_b2b_smartbill.smartbill.clients import record
from erp_b2b_smartbill.smartbill.clients.files.cells import unshielded
from erp_b2b_smartbill.smartbill.clients.files.refusal import HEADER_ROWS, MAX_COLUMNS, FileRefused, no_rows
from erp_b2b_smartbill.smartbill.clients.files.titles import field_of, normal_title, recognised
from erp_b2b_smartbill.smartbill.clients.record import ClientRecord
from erp_b2b_smartbill.text import N_, fold

REQUIRED = ("name",)

LABELS = {
	"name": N_("Name"),
	"vat_code": N_("Fiscal code (CUI)"),
	"reg_com": N_("Trade register number"),
	"code": N_("Client code"),
	"vat_payer": N_("VAT payer"),
	"address": N_("Address"),
	"city": N_("City"),
	"county": N_("County"),
	"country": N_("Country"),
	"email": N_("E-mail"),
	"phone": N_("Phone"),
	"contact": N_("Contact person"),
	"bank": N_("Bank"),
	"iban": N_("IBAN"),
}


@dataclass(frozen=True)
class Column:
	"""`index` counts from 0; `field` is None for a column that is not imported."""

	index: int
	title: str
	field: str | None


@dataclass(frozen=True)
class Mapping:
	"""`header_row` is the number that a person sees. `missing` are required fields that no column has; `ambiguous` are
	columns that name the same field as one before them, and so are not imported."""

	header_row: int
	columns: tuple[Column, ...]
	missing: tuple[str, ...]
	ambiguous: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rejection:
	"""A row that is not imported: `cells` as they stand in the file, `reasons` translated."""

	row: int
	cells: tuple[str, ...]
	reasons: tuple[str, ...]


def mapping_of(first_rows: Sequence[tuple[int, list[str]]]) -> Mapping:
	"""The mapping found in the first rows of a file: the header is the row that names the most fields, the first of
	them. Where no row names any it is the first row, and a person says what the columns are."""
	found = [row for row in first_rows if row[0] <= HEADER_ROWS] or list(first_rows[:1])
	if not found:
		raise no_rows()
	number, titles = max(found, key=lambda row: recognised(row[1]))
	columns: list[Column] = []
	ambiguous = []
	for index, title in enumerate(titles):
		title = " ".join(unshielded(title).split())
		field = field_of(title)
		if field and any(column.field == field for column in columns):
			ambiguous.append(index)
			field = None
		columns.append(Column(index, title, field))
	return Mapping(number, tuple(columns), _missing(columns), tuple(ambiguous))


def notices(mapping: Mapping) -> list[str]:
	"""What a person should know before confirming the mapping."""
	by_field = {column.field: column for column in mapping.columns if column.field}
	texts = []
	for index in mapping.ambiguous:
		field = field_of(mapping.columns[index].title)
		if field in by_field:
			text = _("Columns {0} and {1} both look like the field {2}: only the first is imported.")
			texts.append(text.format(_name(by_field[field]), _name(mapping.columns[index]), _(LABELS[field])))
	return texts


def with_choice(mapping: Mapping, choice: AnyMapping[int, str | None]) -> Mapping:
	"""The mapping as a person changed it: `choice` says the field of some columns, None for not imported. Raises
	FileRefused for what cannot be imported."""
	columns = {column.index: column for column in mapping.columns}
	for index, field in choice.items():
		if field and field not in record.FILE_FIELDS:
			raise FileRefused("unknown_field", _("A client has no field {0}.").format(field))
		if not 0 <= index < MAX_COLUMNS:
			raise FileRefused("unknown_column", _("The file has no column {0}.").format(index + 1))
		# rows may be longer than the header: a column without a title is one too
		for missing in range(len(columns), index + 1):
			columns[missing] = Column(missing, "", None)
		columns[index] = replace(columns[index], field=field or None)
	first: dict[str, Column] = {}
	for column in columns.values():
		if column.field in first:
			text = _("Columns {0} and {1} are both chosen for the field {2}. Choose one.")
			names = _name(first[column.field]), _name(column), _(LABELS[column.field])
			raise FileRefused("duplicate_field", text.format(*names))
		if column.field:
			first[column.field] = column
	chosen = tuple(columns.values())
	if _missing(chosen):
		raise FileRefused("name_required", _("Choose the column that holds the client's name."))
	ambiguous = tuple(index for index in mapping.ambiguous if index not in choice)
	return Mapping(mapping.header_row, chosen, (), ambiguous)


# a footer stands alone in its row: Total, Total: 12 clienti, Pagina 1 din 3
_FOOTER = re.compile(
	r"(?:sub|grand )?total(?:uri)?(?: general)?(?: (?:de )?(?:clienti|randuri|inregistrari))?(?: \d+)?"
	r"(?: (?:de )?(?:clienti|randuri|inregistrari))?|pag(?:ina|e)? \d+(?: ?(?:din|of) ?\d+| \d+)?"
)


def record_of(mapping: Mapping, row_number: int, cells: Sequence[str]) -> ClientRecord | Rejection | None:
	"""The record of a row below the header. None for what is no client: an empty row, a header printed again on each
	page, a total."""
	texts = [unshielded(cell) for cell in cells]
	said = [text for text in texts if text.strip()]
	if not said or (len(said) == 1 and _FOOTER.fullmatch(normal_title(said[0]))):
		return None
	if _is_header(mapping, texts):
		return None
	values = {
		column.field: texts[column.index]
		for column in mapping.columns
		if column.field and column.index < len(texts)
	}
	client = record.from_row(values, row=row_number)
	reasons = [] if client.name else [_("The client has no name.")]
	for field in record.too_long(client):
		text = _("{0} has {1} characters; at most {2} fit.")
		length = len(getattr(client, field))
		reasons.append(text.format(_(LABELS[field]), length, record.max_length(field)))
	return Rejection(row_number, tuple(cells), tuple(reasons)) if reasons else client


def _is_header(mapping: Mapping, texts: Sequence[str]) -> bool:
	titles = _titles(mapping)
	return len(texts) == len(titles) and all(
		fold(text[: 2 * len(title) + 20]) == title for text, title in zip(texts, titles, strict=True)
	)


@lru_cache(maxsize=8)
def _titles(mapping: Mapping) -> tuple[str, ...]:
	titles = [fold(column.title) for column in mapping.columns]
	while titles and not titles[-1]:
		titles.pop()
	return tuple(titles)


def _missing(columns: Sequence[Column]) -> tuple[str, ...]:
	found = {column.field for column in columns}
	return tuple(field for field in REQUIRED if field not in found)


def _name(column: Column) -> str:
	return column.title or str(column.index + 1)
