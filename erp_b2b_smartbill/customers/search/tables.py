"""The tables of the search index: plain, indexed rows, which the running transaction sees at once.

They belong to no DocType: ten million short rows need no creation, owner and name of their own. Whatever they hold is
derived from documents, so they may be dropped and built again at any time (rebuild.py). Why words are plain rows and
not a full-text index: docs/search.md.

| table | a row is |
|---|---|
| PARTY | one searchable record: a Customer, a B2B Registration or a SmartBill Client |
| TOKEN | one thing that a party is found by, and the document that says it |
| WORD, GRAM | the different words of all texts, and their trigrams: for parts of words and for typos |
| USE | when a user last quoted or picked a Customer |
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

import frappe
from frappe.utils import create_batch

PARTY, TOKEN = "b2b_search_party", "b2b_search_token"
WORD, GRAM, USE = "b2b_search_word", "b2b_search_gram", "b2b_search_use"

# Lanes: the first letter of a token and a column of PARTY. What is already a Customer stands apart from what is not, so
# that a user who may read few Customers never walks through the records of all others.
CUSTOMER = "C"
CLIENT, CLIENT_OF_CUSTOMER = "S", "s"
REGISTRATION, REGISTRATION_OF_CUSTOMER = "B", "b"

DOCTYPES = {
	CUSTOMER: "Customer",
	CLIENT: "SmartBill Client",
	CLIENT_OF_CUSTOMER: "SmartBill Client",
	REGISTRATION: "B2B Registration",
	REGISTRATION_OF_CUSTOMER: "B2B Registration",
}

# Kinds: the second letter of a token.
TEXT, TAX_ID, EMAIL, DOMAIN, PHONE, REG_COM = "t", "c", "e", "d", "p", "r"
# two words of a name by their first letters: what drives where each of two words is everywhere
PAIR = "w"
# nothing that is typed: who looks after a Customer, and what User Permissions go by
KEEPER, TERRITORY, GROUP = "k", "y", "g"

MAX_VALUE = 60
# of one statement; databases have a limit
MAX_VALUES = 20_000

_TABLES = {
	PARTY: (
		"party bigint not null primary key",
		"lane {char1} not null",
		"record {name} not null",
		"customer {name}",
		"cui {varchar10}",
		"name_key {varchar140}",
		"words {varchar280}",
		"active_on date",
	),
	TOKEN: (
		"token {varchar64} not null",
		"party bigint not null",
		"origin bigint not null",
		"primary key (token, party, origin)",
	),
	WORD: ("word {varchar64} not null primary key",),
	GRAM: ("gram {varchar3} not null", "word {varchar64} not null", "primary key (gram, word)"),
	USE: (
		"user_name {name} not null",
		"customer {name} not null",
		"used_at {datetime} not null",
		"primary key (user_name, customer)",
	),
}
_INDEXES = (
	(PARTY, "customer", ("customer",)),
	(PARTY, "cui", ("cui",)),
	(PARTY, "name_key", ("lane", "name_key")),
	(PARTY, "record", ("record",)),
	(PARTY, "active", ("lane", "active_on")),
	(TOKEN, "party", ("party", "token")),
	(USE, "latest", ("user_name", "used_at")),
	(USE, "customer", ("customer",)),
)


# all of them
NAMES = tuple(_TABLES)


def party_id(doctype: str, name: str) -> int:
	"""The number of a record, or of the document that says something of one: the same everywhere, without a look-up."""
	digest = blake2b(f"{doctype}\0{name}".encode(), digest_size=8).digest()
	return int.from_bytes(digest, "big") >> 1


def create() -> None:
	"""Make the tables that are missing, and the indexes: making them may have been broken off between the two."""
	there = set(frappe.db.get_tables(cached=False))
	for table, columns in _TABLES.items():
		if table not in there:
			inside = ", ".join(columns).format_map(_types())
			frappe.db.sql_ddl(f"create table {table} ({inside}){_table_options()}")
	for table, name, fields in _INDEXES:
		if not frappe.db.has_index(table, f"{table}_{name}"):
			frappe.db.sql_ddl(f"create index {table}_{name} on {table} ({', '.join(fields)})")


def drop() -> None:
	for table in _TABLES:
		frappe.db.sql_ddl(f"drop table if exists {table}")


def empty(*tables: str) -> None:
	"""Commits: rows by the million go at once or not at all."""
	what = "delete from" if frappe.db.db_type == "sqlite" else "truncate table"
	for table in tables:
		frappe.db.sql_ddl(f"{what} {table}")
	frappe.db.commit()  # nosemgrep: frappe-manual-commit


def insert(
	table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, ignore: bool = False
) -> None:
	"""Rows many at once; with `ignore`, those whose key is there already are left as they are."""
	before, after = _ignoring() if ignore else ("insert into", "")
	one = f"({', '.join(['%s'] * len(columns))})"
	for batch in create_batch(list(rows), MAX_VALUES // len(columns)):
		frappe.db.sql(
			f"{before} {table} ({', '.join(columns)}) values {', '.join([one] * len(batch))}{after}",
			[value for row in batch for value in row],
		)


def _ignoring() -> tuple[str, str]:
	if frappe.db.db_type == "mariadb":
		return "insert ignore into", ""
	return "insert into", " on conflict do nothing"


def _types() -> dict[str, str]:
	db_type = frappe.db.db_type
	# compared byte by byte: what is compared is folded already
	exactly = {"mariadb": " character set utf8mb4 collate utf8mb4_bin", "postgres": ' collate "C"'}.get(
		db_type, ""
	)
	# as documents' own names are compared: a join on anything else could not use their index
	as_names = " character set utf8mb4 collate utf8mb4_unicode_ci" if db_type == "mariadb" else ""
	sizes = {f"varchar{size}": f"varchar({size}){exactly}" for size in (3, 10, 64, 140, 280)}
	return {
		**sizes,
		"char1": f"char(1){exactly}",
		"name": f"varchar(140){as_names}",
		"datetime": "datetime(6)" if db_type == "mariadb" else "timestamp",
	}


def _table_options() -> str:
	return {
		"mariadb": " engine=InnoDB row_format=dynamic default charset=utf8mb4",
		# the rows stand in the primary key itself, as with InnoDB
		"sqlite": " without rowid",
	}.get(frappe.db.db_type, "")
