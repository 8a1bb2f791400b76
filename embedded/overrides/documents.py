"""A document read for update is locked here too: the framework leaves the lock out on SQLite, which it takes for a
database of one process. What documents keep of themselves needs no lock: see `computed`. And the fields of a DocType are
gone through quickly, a dozen times with every save: see `matching`."""

import functools
import sys
from collections.abc import Callable
from typing import Any

import frappe

from embedded.overrides import replace


@replace("frappe.model.document:Document.load_from_db")
def load_from_db(original: Callable[[Any], Any], self: Any) -> Any:
	if self.flags.for_update and frappe.db.db_type == "sqlite":
		# the sign by which the database takes its lock
		frappe.db.sql("select 1 for update")
	return original(self)


def computed(self: functools.cached_property, instance: Any, owner: type | None = None) -> Any:
	"""As from Python 3.12 on. Before, a cached property holds one lock for all documents while it is computed, and where
	jobs and requests are threads of one process, two of them wait for each other for ever: the one needs a document for
	its `meta`, the other a `meta` for its document."""
	if instance is None:
		return self
	value = instance.__dict__[self.attrname] = self.func(instance)
	return value


if sys.version_info < (3, 12):
	functools.cached_property.__get__ = computed


@replace("frappe.model.base_document:_filter")
def matching(data: list[Any] | None, filters: dict[str, Any] | None, limit: int | None = None) -> list[Any]:
	"""The rows that have what is asked for, as the framework finds them. What a condition is, is found out once instead
	of for every row."""
	if not data:
		return []
	conditions = [_condition(name, wanted) for name, wanted in (filters or {}).items()]
	if len(conditions) == 1:
		[(name, holds, value)] = conditions
		found = [row for row in data if holds(getattr(row, name, None), value)]
	else:
		found = [
			row
			for row in data
			if all(holds(getattr(row, name, None), value) for name, holds, value in conditions)
		]
	return found[:limit] if limit else found


def _condition(name: str, wanted: Any) -> tuple[str, Callable[[Any, Any], bool], Any]:
	"""`"x"`, `["in", ...]`, `"^x"` for a beginning, True and False for something and nothing. An operator that there is
	not is never fulfilled."""
	from frappe.utils.data import operator_map

	if isinstance(wanted, tuple | list):
		operator, value = wanted[0], wanted[1]
	elif isinstance(wanted, bool):
		operator, value = "not None" if wanted else "None", wanted
	elif isinstance(wanted, str) and wanted.startswith("^"):
		operator, value = "^", wanted[1:]
	else:
		operator, value = "=", wanted
	return name, operator_map.get(operator, _never), value


def _never(_has: Any, _wanted: Any) -> bool:
	return False
