"""What tests of the registration share: settings that are put back, an outgoing e-mail account, a valid submission."""

import contextlib
import io
import json
import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import frappe
from pypdf import PdfWriter
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from erp_b2b_smartbill.registration import decide, limits, submit, tokens
from erp_b2b_smartbill.tests import factories
from erp_b2b_smartbill.tests.compat import SandboxTestCase

ANAF = "/anaf/api/PlatitorTvaRest/v9/tva"
SETTINGS = {
	"enable_b2b_registration": 1,
	"approval_mode": "Manual",
	"require_confirmed_email": 1,
	"require_active_at_anaf": 1,
	"block_list": "",
	"default_tier": None,
	"default_company": None,
	"default_credit_limit": 0,
	"max_submissions_per_ip": 0,
	"max_submissions_per_company": 0,
	"max_lookups_per_ip": 0,
	"min_seconds": 0,
	"max_files": 5,
	"max_file_mb": 10,
	"confirmation_days": 7,
	"decision_days": 2,
	"retention_days": 90,
}
# known to the sandbox's tax office: active and a VAT payer
CUI = "12345674"


def _pdf() -> bytes:
	writer = PdfWriter()
	writer.add_blank_page(72, 72)
	content = io.BytesIO()
	writer.write(content)
	return content.getvalue()


PDF = _pdf()


def submission(**values: Any) -> dict[str, Any]:
	"""What a careful applicant sends; a company that nobody else in the tests is."""
	unique = frappe.generate_hash(length=8)
	return {
		"cui": CUI,
		"company_name": f"Atelier {unique} SRL",
		"vat_payer": "Yes",
		"reg_com": "J12/345/2019",
		"country": "Romania",
		"county": "Cluj",
		"city": "Cluj-Napoca",
		"address_line": "Str. Exemplu 7",
		"postal_code": "400001",
		"first_name": "Ana",
		"last_name": "Pop",
		"email": f"ana.{unique}@example.ro",
		"phone": "0722 123 456",
		"message": "",
		"terms_accepted": "1",
		"language": "ro",
		**values,
	}


class RegistrationCase(SandboxTestCase):
	def setUp(self) -> None:
		super().setUp()
		factories.company()
		self._settings_before = {
			field: frappe.db.get_single_value("B2B Settings", field) for field in SETTINGS
		}
		self.addCleanup(self._put_settings_back)
		self.settings(**SETTINGS)
		before = frappe.conf.get("anaf_api_url")
		frappe.conf.anaf_api_url = self.sandbox.url + ANAF
		self.addCleanup(frappe.conf.__setitem__, "anaf_api_url", before)
		self.sandbox.knobs(anaf_limit=0)
		self.forget()
		factories.outgoing_email_account()
		frappe.db.commit()

	def settings(self, **values: Any) -> None:
		frappe.db.set_single_value("B2B Settings", values)
		frappe.clear_document_cache("B2B Settings", "B2B Settings")
		frappe.db.commit()

	def forget(self) -> None:
		"""What was asked of the tax office, and what was counted, in the tests before."""
		for pattern in ("anaf", "rl:"):
			frappe.cache.delete_keys(pattern)

	def _put_settings_back(self) -> None:
		self.start_clean()
		self.settings(**self._settings_before)

	@contextlib.contextmanager
	def request(self, ip: str = "127.0.0.1", **form: Any) -> Iterator[None]:
		"""As inside a request of a guest."""
		before = frappe.session.user
		request_before, ip_before = getattr(frappe.local, "request", None), frappe.local.request_ip
		frappe.local.request = Request(EnvironBuilder(method="POST", path="/").get_environ())
		frappe.local.request_ip = ip
		form_before = frappe.local.form_dict
		frappe.set_user("Guest")
		# whose change empties it
		frappe.local.form_dict = frappe._dict(form)
		try:
			yield
		finally:
			frappe.set_user(before)
			frappe.local.request, frappe.local.request_ip = request_before, ip_before
			frappe.local.form_dict = form_before

	def submit(self, files: Any = (), **values: Any) -> Any:
		given = {"opened": limits.opened_token(), **submission(**values)}
		with self.request(**given):
			doc = submit.submit(given, files)
		frappe.db.commit()
		return doc

	def files(self) -> list[Any]:
		return [SimpleNamespace(filename="certificat.pdf", stream=io.BytesIO(PDF))]

	def confirmed(self, **values: Any) -> Any:
		"""A request whose e-mail was confirmed."""
		doc = self.submit(**values)
		with self.request():
			doc = decide.confirm(tokens.find(tokens.make(doc, "confirm"), "confirm").name)
		frappe.db.commit()
		return doc

	def approve(self, doc: Any, **more: Any) -> Any:
		doc = decide.approve(doc.name, decide.terms_of(self.stored(doc)), **more)
		frappe.db.commit()
		return doc

	def stored(self, doc: Any) -> Any:
		return frappe.get_doc("B2B Registration", doc.name)

	def reasons(self, doc: Any) -> list[str]:
		return json.loads(self.stored(doc).pending_reasons or "[]")

	def mails(self, to: str) -> list[Any]:
		"""(subject, message) of every queued e-mail to one address, oldest first."""
		names = frappe.get_all("Email Queue Recipient", {"recipient": to}, pluck="parent")
		return frappe.get_all(
			"Email Queue", {"name": ["in", names or [""]]}, ["name", "message"], order_by="creation asc"
		)

	def events(self, doc: Any) -> list[str]:
		return frappe.get_all(
			"Business Event", {"reference_name": doc.name}, pluck="event", order_by="creation asc"
		)


def site_url() -> str:
	return os.environ["SITE_URL"]
