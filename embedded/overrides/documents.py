"""A document read for update is locked here too: the framework leaves the lock out on SQLite, which it takes for a
database of one process."""

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
