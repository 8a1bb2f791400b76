"""Tables that keep their primary key, defaults, NOT NULL and unique keys through every migrate.

SQLite cannot change a column in place, so the table is rebuilt: a new one from the old one's definition,
the rows copied, the old one dropped. Unique keys and indexes are always named indexes of their own, because
an index name is global in SQLite and a constraint inside a column cannot be dropped.
Names and texts compare without regard to case, as in MariaDB's collation.
"""

import re
import sqlite3
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.utils import cstr, get_table_name

from embedded.overrides import replace

INLINE_UNIQUE = re.compile(r"\s+UNIQUE\b")
NOT_NULL_ZERO = {"INTEGER": "0", "REAL": "0.0", "TEXT": "''"}


@dataclass(frozen=True)
class Column:
	"""A column as the database has it."""

	name: str
	type: str
	not_null: bool
	default: str | None
	primary_key: bool

	def definition(self, *, autoincrement: bool = False) -> str:
		"""Return the column's text for CREATE TABLE."""
		parts = [f"`{self.name}`", self.type]
		if self.primary_key:
			parts.append("PRIMARY KEY" + (" AUTOINCREMENT" if autoincrement else ""))
		if self.not_null:
			parts.append("NOT NULL")
		if self.default is not None:
			parts.append(f"DEFAULT {self.default}")
		if self.type.upper().startswith("TEXT"):
			parts.append("COLLATE NOCASE")
		return " ".join(parts)


def columns_of(table: str) -> list[Column]:
	"""Return a table's columns in their order."""
	return [
		Column(row.name, row.type, bool(row.notnull), row.dflt_value, bool(row.pk))
		for row in frappe.db.sql(f"PRAGMA table_info(`{table}`)", as_dict=True)
	]


def indexes_of(table: str) -> list[Any]:
	"""Return a table's indexes: name, unique, origin (c: created, u or pk: by a constraint), columns."""
	indexes = frappe.db.sql(f"PRAGMA index_list(`{table}`)", as_dict=True)
	for index in indexes:
		index.columns = [
			row.name for row in frappe.db.sql(f"PRAGMA index_info(`{index.name}`)", as_dict=True)
		]
	return indexes


def index_name(table: str, fields: list[str], unique: bool = False) -> str:
	"""Return the name of a table's index: global in SQLite, so the table is part of it."""
	return f"{table}_{'_'.join(fields)}_{'unique' if unique else 'index'}"


def create_index(table: str, fields: list[str], unique: bool = False, name: str | None = None) -> None:
	"""Create an index if it does not exist. Raises IntegrityError when rows contradict a unique one."""
	name = f"{table}_{name}" if name else index_name(table, fields, unique)
	columns = ", ".join(f"`{field.strip('`')}`" for field in fields)
	frappe.db.sql_ddl(
		f"CREATE {'UNIQUE ' if unique else ''}INDEX IF NOT EXISTS `{name}` ON `{table}` ({columns})"
	)


def drop_index(table: str, field: str, *, unique: bool) -> None:
	"""Drop the one-column indexes of a field."""
	for index in indexes_of(table):
		if index.columns == [field] and bool(index.unique) == unique and index.origin == "c":
			frappe.db.sql_ddl(f"DROP INDEX `{index.name}`")


def rebuild(table: str, changed: dict[str, str]) -> None:
	"""Rebuild a table with other definitions for some columns, keeping rows, keys and indexes.

	changed: column name -> its definition without the name.
	"""
	columns = columns_of(table)
	created = frappe.db.sql("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = %s", (table,))[0][
		0
	]
	autoincrement = "AUTOINCREMENT" in created.upper()
	keys = frappe.db.sql(
		"SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql IS NOT NULL",
		(table,),
		pluck=True,
	)
	# A unique key inside the old definition has no text of its own.
	inline_unique = [index.columns for index in indexes_of(table) if index.unique and index.origin == "u"]

	definitions, selected = [], []
	for column in columns:
		definition = column.definition(autoincrement=autoincrement)
		source = f"`{column.name}`"
		if column.name in changed and not column.primary_key:
			definition = f"`{column.name}` {collated(changed[column.name])}"
			if "NOT NULL" in definition.upper():
				default = re.search(r"DEFAULT\s+('(?:[^']|'')*'|\S+)", definition, re.IGNORECASE)
				zero = default[1] if default else NOT_NULL_ZERO.get(definition.split()[1].upper(), "''")
				source = f"COALESCE({source}, {zero})"
		definitions.append(definition)
		selected.append(source)

	names = ", ".join(f"`{column.name}`" for column in columns)
	frappe.db.commit()
	frappe.db.sql(f"CREATE TABLE `{table}__rebuilt` ({', '.join(definitions)})")
	frappe.db.sql(f"INSERT INTO `{table}__rebuilt` ({names}) SELECT {', '.join(selected)} FROM `{table}`")
	frappe.db.transaction_writes = 0
	frappe.db.sql(f"DROP TABLE `{table}`")
	frappe.db.sql(f"ALTER TABLE `{table}__rebuilt` RENAME TO `{table}`")
	for key in keys:
		frappe.db.sql(key)
	frappe.db.commit()
	for fields in inline_unique:
		create_index(table, fields, unique=True)


def collated(definition: str) -> str:
	"""Return a column's definition with the case-blind collation for texts."""
	definition = INLINE_UNIQUE.sub("", definition)
	if definition.upper().startswith("TEXT") and "COLLATE" not in definition.upper():
		definition += " COLLATE NOCASE"
	return definition


@replace("frappe.database.sqlite.schema:SQLiteTable.create")
def create(self: Any) -> None:
	"""Create a DocType's table with its primary key, unique keys and indexes."""
	autoincrement = not self.meta.issingle and self.meta.autoname == "autoincrement"
	definitions = [
		"`name` INTEGER PRIMARY KEY AUTOINCREMENT"
		if autoincrement
		else "`name` TEXT PRIMARY KEY COLLATE NOCASE",
		"`creation` DATETIME",
		"`modified` DATETIME",
		"`modified_by` TEXT COLLATE NOCASE",
		"`owner` TEXT COLLATE NOCASE",
		"`docstatus` INTEGER NOT NULL DEFAULT 0",
		"`idx` INTEGER NOT NULL DEFAULT 0",
	]
	fields = [
		column
		for column in self.columns.values()
		if column.fieldname not in frappe.db.DEFAULT_COLUMNS and column.get_definition()
	]
	definitions += [f"`{column.fieldname}` {collated(column.get_definition())}" for column in fields]
	is_child = self.meta.get("istable", default=0)
	if is_child:
		definitions += [f"`{name}` TEXT COLLATE NOCASE" for name in ("parent", "parentfield", "parenttype")]
	frappe.db.sql_ddl(f"CREATE TABLE `{self.table_name}` ({', '.join(definitions)})")

	create_index(self.table_name, ["parent"] if is_child else ["creation"])
	if not is_child and self.meta.sort_field == "modified":
		create_index(self.table_name, ["modified"])
	for column in fields:
		if column.unique or column.set_index:
			create_index(self.table_name, [column.fieldname], unique=bool(column.unique))


@replace("frappe.database.sqlite.schema:SQLiteTable.alter")
def alter(self: Any) -> None:
	"""Bring a table to its DocType's definition."""
	for column in self.columns.values():
		column.build_for_alter_table(self.current_columns.get(column.fieldname.lower()))

	for column in self.add_column:
		definition = collated(column.get_definition())
		frappe.db.sql_ddl(f"ALTER TABLE `{self.table_name}` ADD COLUMN `{column.fieldname}` {definition}")

	changed = {*self.change_type, *self.set_default, *self.change_nullability}
	if changed:
		rebuild(
			self.table_name,
			{column.fieldname: column.get_definition(for_modification=True) for column in changed},
		)
	for column in self.drop_unique:
		drop_index(self.table_name, column.fieldname, unique=True)
	for column in self.drop_index:
		drop_index(self.table_name, column.fieldname, unique=False)
	for column in self.add_unique:
		create_unique_or_explain(self.doctype, self.table_name, column.fieldname)
	for column in self.add_index:
		create_index(self.table_name, [column.fieldname])
	if self.meta.sort_field == "modified" and not self.meta.get("istable"):
		create_index(self.table_name, ["modified"])


def create_unique_or_explain(doctype: str, table: str, fieldname: str) -> None:
	"""Add a unique key, or say as MariaDB's dialect does that the rows contradict it."""
	try:
		create_index(table, [fieldname], unique=True)
	except sqlite3.IntegrityError:
		frappe.db.rollback()
		frappe.throw(
			frappe._(
				"{0} field cannot be set as unique in {1}, as there are non-unique existing values"
			).format(fieldname, doctype)
		)


@replace("frappe.database.schema:DbColumn.default_changed")
def default_changed(original: Any, self: Any, current_def: Any) -> bool:
	"""Compare a text's default with what SQLite stores; the original knows only MariaDB's names of text types."""
	if self.fieldtype in ("Check", "Int", "Currency", "Float", "Percent", "Time"):
		return original(self, current_def)
	stored = (current_def.default or "").removeprefix("'").removesuffix("'").replace("''", "'")
	wanted = cstr(self.default)
	is_computed = wanted in frappe.db.DEFAULT_SHORTCUTS or wanted.startswith(":")
	return ("" if stored == "NULL" else stored) != ("" if is_computed else wanted)


@replace("frappe.database.sqlite.database:SQLiteDatabase.get_table_columns_description")
def get_table_columns_description(self: Any, table_name: str) -> list[Any]:
	"""Return columns in the form the framework compares with a DocType's fields."""
	single = {(tuple(index.columns), bool(index.unique)) for index in indexes_of(table_name)}
	return [
		frappe._dict(
			name=column.name,
			type=column.type,
			default=column.default,
			index=((column.name,), False) in single,
			unique=((column.name,), True) in single,
			not_nullable=column.not_null,
		)
		for column in columns_of(table_name)
	]


@replace("frappe.database.sqlite.database:SQLiteDatabase.rename_column")
def rename_column(self: Any, doctype: str, old_column_name: str, new_column_name: str) -> None:
	table = get_table_name(doctype)
	if old_column_name not in [column.name for column in columns_of(table)]:
		raise frappe.InvalidColumnName(f"Column {old_column_name} does not exist in table {table}")
	self.sql_ddl(f"ALTER TABLE `{table}` RENAME COLUMN `{old_column_name}` TO `{new_column_name}`")


@replace("frappe.database.sqlite.database:SQLiteDatabase.change_column_type")
def change_column_type(self: Any, doctype: str, column: str, type: str, nullable: bool = False) -> None:
	table = get_table_name(doctype)
	if column not in [existing.name for existing in columns_of(table)]:
		raise frappe.InvalidColumnName(f"Column {column} does not exist in table {table}")
	rebuild(table, {column: type if nullable else f"{type} NOT NULL"})


@replace("frappe.database.sqlite.database:SQLiteDatabase.has_index")
def has_index(self: Any, table_name: str, index_name: str) -> bool:
	names = {index.name for index in indexes_of(table_name)}
	return bool(names & {index_name, f"{table_name}_{index_name}"})


@replace("frappe.database.sqlite.database:SQLiteDatabase.get_column_index")
def get_column_index(self: Any, table_name: str, fieldname: str, unique: bool = False) -> Any:
	for index in indexes_of(table_name):
		if index.columns == [fieldname] and bool(index.unique) == bool(unique):
			return index
	return None


@replace("frappe.database.sqlite.database:SQLiteDatabase.add_index")
def add_index(self: Any, doctype: str, fields: list[str], index_name: str | None = None) -> None:
	"""Create an index of a DocType; a single field's is recorded, so that a migrate keeps it."""
	# SQLite has no index on the beginning of a text.
	fields = [re.sub(r"\(.*?\)", "", field).strip("`") for field in fields]
	create_index(get_table_name(doctype), fields, name=index_name)
	if len(fields) == 1 and not (frappe.flags.in_install or frappe.flags.in_migrate):
		from frappe.custom.doctype.property_setter.property_setter import make_property_setter

		make_property_setter(
			doctype,
			fields[0],
			property="search_index",
			value="1",
			property_type="Check",
			for_doctype=False,
		)


@replace("frappe.database.sqlite.database:SQLiteDatabase.add_unique")
def add_unique(self: Any, doctype: str, fields: list[str] | str, constraint_name: str | None = None) -> None:
	fields = [fields] if isinstance(fields, str) else list(fields)
	create_index(get_table_name(doctype), fields, unique=True, name=constraint_name)


@replace("frappe.model.base_document:BaseDocument.show_unique_validation_message")
def show_unique_validation_message(self: Any, e: Exception) -> None:
	"""Say which field must be unique; SQLite names table and columns: `UNIQUE constraint failed: tabX.field`."""
	failed = str(e).split("failed: ", 1)[-1].split(", ")
	labels = [
		self.get_label_from_fieldname(name.rsplit(".", 1)[-1]) or name.rsplit(".", 1)[-1] for name in failed
	]
	frappe.msgprint(frappe._("{0} must be unique").format(", ".join(labels)))
	raise frappe.UniqueValidationError(self.doctype, self.name, e)
