"""What holds of files of clients whatever stands in them, looked for with random cells."""

import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from erp_b2b_smartbill.smartbill.clients.files import (
	FileRefused,
	Rejection,
	mapping_of,
	record_of,
	rows,
	sniff,
	write_rejects,
)
from erp_b2b_smartbill.smartbill.clients.files.cells import shielded, unshielded
from erp_b2b_smartbill.smartbill.clients.files.titles import recognised
from erp_b2b_smartbill.smartbill.clients.record import FILE_FIELDS, ClientRecord, data_hash, from_row, from_v3

thorough = settings(
	max_examples=200,
	deadline=None,
	derandomize=True,
	suppress_health_check=[HealthCheck.function_scoped_fixture],
)

# any text without half characters and NUL, and texts of what separates cells and begins formulas
TEXTS = st.one_of(
	st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20),
	st.text(st.sampled_from(";,\t\"'\r\n =+-@ăș€x1"), max_size=12),
)
CELLS = st.lists(st.lists(TEXTS, max_size=8), max_size=8)
HEADER = ["Denumire", "CUI", "Adresă"]


def seen(table: list[list[str]]) -> list[tuple[int, list[str]]]:
	"""The rows that are not empty with their numbers, without the empty cells at their ends."""
	found = []
	for number, cells in enumerate(table, 1):
		while cells and not cells[-1].strip():
			cells = cells[:-1]
		if cells:
			found.append((number, cells))
	return found


@thorough
@given(
	table=CELLS,
	separator=st.sampled_from(";,\t"),
	encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
	end=st.sampled_from(["\n", "\r\n", "\r"]),
	always_quoted=st.booleans(),
)
def test_what_is_written_as_csv_is_read_back(
	tmp_path: Path, table: list[list[str]], separator: str, encoding: str, end: str, always_quoted: bool
) -> None:
	def written(cell: str) -> str:
		is_quoted = always_quoted or any(mark in cell for mark in (separator, '"', "\r", "\n"))
		return '"{}"'.format(cell.replace('"', '""')) if is_quoted else cell

	# a header that names more than a random row does
	table = [HEADER, *(row for row in table if recognised(row) < 2)]
	text = "".join(separator.join(map(written, row)) + end for row in table)
	path = tmp_path / "clients"
	path.write_bytes(text.encode(encoding))
	assert list(rows(str(path), "csv")) == seen(table)


@thorough
@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(str.encode)))
def test_any_file_is_read_or_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
	path = tmp_path / "clients"
	for start in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"<table><tr><td>", b"\xff\xfe"):
		path.write_bytes(start + content)
		try:
			list(rows(str(path), sniff(str(path))))
		except FileRefused as refused:
			assert refused.code and refused.message


@thorough
@given(header=st.lists(TEXTS, min_size=1, max_size=8), table=CELLS)
def test_any_row_is_a_client_or_refused_or_none(header: list[str], table: list[list[str]]) -> None:
	mapping = mapping_of([(1, header), (2, HEADER)])
	for number, cells in enumerate(table, 3):
		found = record_of(mapping, number, cells)
		assert found is None or found.row == number
		if isinstance(found, Rejection):
			assert found.reasons and list(found.cells) == cells


@thorough
@given(table=CELLS)
def test_the_file_of_refused_rows_holds_no_formula_and_loses_nothing(table: list[list[str]]) -> None:
	rejections = [Rejection(number, tuple(cells), ("Reason.",)) for number, cells in enumerate(table, 2)]
	file = io.BytesIO()
	assert write_rejects(file, HEADER, rejections) == len(table)
	written = list(load_workbook(file).active.iter_rows())[1:]
	assert len(written) == len(table)
	for cells in written:
		assert cells[len(HEADER)].value == "Reason."
		assert all(cell.data_type != "f" for cell in cells)


@thorough
@given(text=TEXTS)
def test_a_shielded_text_is_no_formula_and_comes_back(text: str) -> None:
	assert not shielded(text).startswith(("=", "+", "-", "@", "\t", "\r"))
	assert unshielded(shielded(text)) == text


ANYTHING = st.recursive(
	st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
	lambda inner: st.one_of(
		st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
	),
	max_leaves=5,
)
V3_NAMES = st.sampled_from(
	["id", "name", "vatCode", "email", "phone", "iban", "isVatPayer", "deliveryAddresses", "country", "code"]
)


@thorough
@given(item=st.dictionaries(V3_NAMES, ANYTHING))
def test_any_answer_of_the_api_is_a_client(item: dict) -> None:
	client = from_v3(item)
	assert isinstance(client, ClientRecord)
	assert len(data_hash(client)) == 64


@thorough
@given(cells=st.dictionaries(st.sampled_from(FILE_FIELDS), TEXTS))
def test_a_client_read_from_its_own_fields_is_the_same(cells: dict[str, str]) -> None:
	client = from_row(cells)
	again = from_row(
		{field: getattr(client, field) for field in FILE_FIELDS} | {"email": ";".join(client.emails)}
	)
	# a personal code has no column, and what was left out has nothing to warn of
	if not client.personal_code:
		assert data_hash(again) == data_hash(client)


@pytest.mark.parametrize(
	"code",
	["1800101400016", "1900101400081", "RO1800101400016", "1 800101 400016", "CNP: 1800101400016"],
)
def test_no_personal_code_is_in_any_other_field(code: str) -> None:
	client = from_row({"name": "Pop Ion", "vat_code": code})
	assert client.personal_code
	assert not any(client.personal_code in str(getattr(client, field)) for field in FILE_FIELDS)
