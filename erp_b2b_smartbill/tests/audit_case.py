"""The base of tests of the chain of Business Events, which is one a site: it begins empty, and nothing of it is left."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import frappe

from erp_b2b_smartbill import audit
from erp_b2b_smartbill.audit import head, sealing, verify
from erp_b2b_smartbill.tests.compat import CommittingTestCase, forget_default

NOTED = "Noted in a test"


def note(text: str = "1", **values: Any) -> Any:
	"""An event about the settings."""
	return audit.record(NOTED, frappe.get_doc("B2B Settings"), {"text": "0"}, {"text": text}, **values)


def head_file() -> Path:
	return Path(frappe.get_site_path(head.FILE))


def forget_chain() -> None:
	"""As on a new site: no events, and no head of them remembered, which the tests before may have left."""
	frappe.db.rollback()
	frappe.db.delete(audit.EVENT)
	forget_default(verify.LAST_RESULT)
	forget_default(verify.LAST_TOLD)
	frappe.db.commit()
	head_file().unlink(missing_ok=True)


class AuditCase(CommittingTestCase):
	def setUp(self) -> None:
		super().setUp()
		forget_chain()
		self.addCleanup(forget_chain)

	def sealed(self, number: int) -> list[str]:
		"""The names of so many events, sealed, in their order."""
		names = [note(str(count)).name for count in range(number)]
		frappe.db.commit()
		self.assertEqual(sealing.seal(), number)
		return names

	def tamper(self, statement: str, *values: Any) -> None:
		"""As somebody with the database's password."""
		frappe.db.sql(statement, values)
		frappe.db.commit()

	def problems(self, **options: Any) -> list[tuple[str, int]]:
		return [(one.kind, one.seal_number) for one in verify.verify(**options).problems]

	def numbers(self) -> list[int]:
		return frappe.get_all(
			audit.EVENT, {"seal_number": [">", 0]}, pluck="seal_number", order_by="seal_number", limit=0
		)

	@contextlib.contextmanager
	def encryption_key(self, key: str) -> Iterator[str]:
		"""The site's key is another one meanwhile; what it was is yielded."""
		before = frappe.conf.encryption_key
		frappe.conf.encryption_key = key
		try:
			yield before
		finally:
			frappe.conf.encryption_key = before
