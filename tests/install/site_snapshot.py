"""A site's whole database as it stood at one moment: every table's columns and indexes, and every row."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

# what the framework writes down while it works, whichever app is at work
LOGS = frozenset(
	{
		"__UserSettings",
		"sqlite_sequence",
		"sqlite_stat1",
		"tabActivity Log",
		"tabDeleted Document",
		"tabError Log",
		"tabPatch Log",
		"tabPermission Log",
		"tabScheduled Job Log",
		"tabSessions",
		"tabVersion",
	}
)
# rows without a name of their own
KEYS = {
	"tabSingles": ("doctype", "field"),
	"tabDefaultValue": ("parent", "defkey", "defvalue"),
	"__Auth": ("doctype", "name", "fieldname"),
	"__global_search": ("doctype", "name"),
}

Row = dict[str, Any]


@dataclass(frozen=True)
class Table:
	"""`columns`: name -> what defines it. `indexes`: name -> (unique, columns)."""

	columns: Mapping[str, tuple[Any, ...]]
	indexes: Mapping[str, tuple[bool, tuple[str, ...]]]


class Snapshot:
	"""Of a copy of a database that nobody writes to."""

	def __init__(self, path: Path) -> None:
		self.path = path

	@cached_property
	def _connection(self) -> sqlite3.Connection:
		connection = sqlite3.connect(f"file:{self.path}?immutable=1", uri=True)
		connection.row_factory = sqlite3.Row
		return connection

	def _ask(self, query: str) -> list[sqlite3.Row]:
		return self._connection.execute(query).fetchall()

	@cached_property
	def tables(self) -> dict[str, Table]:
		names = [row[0] for row in self._ask("select name from sqlite_master where type = 'table'")]
		return {name: Table(self._columns(name), self._indexes(name)) for name in names}

	def _columns(self, table: str) -> dict[str, tuple[Any, ...]]:
		return {row["name"]: tuple(row)[2:] for row in self._ask(f"pragma table_info(`{table}`)")}

	def _indexes(self, table: str) -> dict[str, tuple[bool, tuple[str, ...]]]:
		return {
			row["name"]: (
				bool(row["unique"]),
				tuple(column["name"] for column in self._ask(f"pragma index_info(`{row['name']}`)")),
			)
			for row in self._ask(f"pragma index_list(`{table}`)")
		}

	def rows(self, table: str) -> dict[Any, Row]:
		"""By what tells them apart; empty where the table is not there."""
		if table not in self.tables:
			return {}
		found: dict[Any, Row] = {}
		for stored in self._ask(f"select * from `{table}`"):
			row = dict(stored)
			found[_key(table, row)] = row
		return found

	def singles(self, doctype: str) -> dict[str, str]:
		return {
			field: row["value"] for (name, field), row in self.rows("tabSingles").items() if name == doctype
		}

	def stored_fields(self, module: str) -> set[tuple[str, str]]:
		"""The columns of the Custom Fields of a module: table, column."""
		found = {
			(f"tab{row['dt']}", row["fieldname"])
			for row in self.rows("tabCustom Field").values()
			if row["module"] == module
		}
		return {(table, name) for table, name in found if name in self.tables[table].columns}

	def mentions(self, texts: Iterable[str], *, without: Iterable[str] = LOGS) -> list[str]:
		"""Where one of these texts stands in a row: table, key, column."""
		wanted = re.compile("|".join(map(re.escape, texts)))
		return [
			f"{table} {key} {field}: {found[0]}"
			for table in sorted(self.tables.keys() - set(without))
			for key, row in self.rows(table).items()
			for field, value in row.items()
			if isinstance(value, str) and (found := wanted.search(value))
		]


def _key(table: str, row: Row) -> Any:
	fields = KEYS.get(table) or (("name",) if "name" in row else tuple(row))
	values = tuple(row[field] for field in fields)
	return values[0] if len(values) == 1 else values


def schema_changes(before: Snapshot, after: Snapshot) -> list[str]:
	"""Every table, column and index that is otherwise, as a sentence."""
	return list(_schema_changes(before.tables, after.tables))


def _schema_changes(before: Mapping[str, Table], after: Mapping[str, Table]) -> Iterator[str]:
	yield from _differences("", {name: None for name in before}, {name: None for name in after})
	for name in sorted(before.keys() & after.keys()):
		yield from _differences(f"{name}.", before[name].columns, after[name].columns)
		yield from _differences(f"{name} index ", before[name].indexes, after[name].indexes)


def _differences(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
	for name in sorted(before.keys() | after.keys()):
		if name not in after:
			yield f"{what}{name} is gone"
		elif name not in before:
			yield f"{what}{name} is new"
		elif before[name] != after[name]:
			yield f"{what}{name} was {before[name]}, is {after[name]}"


def row_changes(before: Snapshot, after: Snapshot, *, without: Iterable[str] = LOGS) -> list[str]:
	"""Every row that is otherwise, as a sentence. A column that only one of them has is no change of a row."""
	left_out = set(without)
	return [
		change
		for table in sorted((before.tables.keys() | after.tables.keys()) - left_out)
		for change in _changes_of(table, before.rows(table), after.rows(table))
	]


def _changes_of(table: str, before: Mapping[Any, Row], after: Mapping[Any, Row]) -> Iterator[str]:
	for key in sorted(before.keys() | after.keys(), key=str):
		if key not in after:
			yield f"{table} {key} is gone"
		elif key not in before:
			yield f"{table} {key} is new"
		else:
			was, now = before[key], after[key]
			for field in sorted(was.keys() & now.keys()):
				if was[field] != now[field]:
					yield f"{table} {key} {field} was {was[field]!r}, is {now[field]!r}"
