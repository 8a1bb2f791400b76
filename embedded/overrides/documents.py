"""A document read for update is locked here too: the framework leaves the lock out on SQLite, which it takes for a
database of one process. And what documents keep of themselves needs no lock: see `computed`."""

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
