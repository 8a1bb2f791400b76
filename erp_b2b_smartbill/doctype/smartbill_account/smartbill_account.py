import json

import frappe
from frappe import _
from frappe.model.document import Document

from erp_b2b_smartbill import audit, features, setup_steps
from erp_b2b_smartbill.permissions import require_role
from erp_b2b_smartbill.smartbill import modes
from erp_b2b_smartbill.smartbill.accounts import allowed_hosts
from erp_b2b_smartbill.smartbill.gate import MAX_CALLS, Pace
from erp_b2b_smartbill.smartbill.hosts import DEFAULT_API_URL, SMARTBILL_HOST, allowed_url
from erp_b2b_smartbill.smartbill.v3_gate import MAX_PACE

# what the app itself writes; a form that was opened earlier must not write it back
STATE_FIELDS = (
	"blocked_until",
	"paused",
	"pause_reason",
	"counter_notice",
	"gate_shared_at",
	"gate_clicks_at",
	"gate_bulk_at",
	"gate_v3_at",
	"v3_blocked_until",
	"last_synced_at",
	"last_sync_run",
	"last_tested_at",
	"last_test_passed",
	"last_test_problem",
	"live_url",
	"live_site_id",
	"live_since",
	"lists",
	"lists_read_at",
	"counters",
	"sent_numbers",
)


class SmartBillAccount(Document):
	# begin: auto-generated types
	# This code is auto-generated. Do not modify anything in this block.

	from typing import TYPE_CHECKING

	if TYPE_CHECKING:
		from frappe.types import DF

		from erp_b2b_smartbill.doctype.smartbill_unit.smartbill_unit import SmartBillUnit
		from erp_b2b_smartbill.doctype.smartbill_vat_rate.smartbill_vat_rate import SmartBillVATRate

		api_url: DF.Data
		blocked_until: DF.Datetime | None
		cif: DF.Data
		company: DF.Link
		connect_timeout: DF.Float
		counter_notice: DF.SmallText | None
		counters: DF.Code | None
		counts_in_credit: DF.Check
		discount_form: DF.Literal["Discount rows", "Net prices"]
		email: DF.Data
		enrich_nightly: DF.Check
		gate_bulk_at: DF.Datetime | None
		gate_clicks_at: DF.Datetime | None
		gate_shared_at: DF.Datetime | None
		gate_v3_at: DF.Datetime | None
		invoice_series: DF.Autocomplete | None
		issuer: DF.Literal["", "Who issues", "Fixed name"]
		issuer_name: DF.Data | None
		language: DF.Literal["RO", "EN", "DE", "FR", "IT", "ES"]
		last_sync_run: DF.Data | None
		last_synced_at: DF.Datetime | None
		last_test_passed: DF.Check
		last_test_problem: DF.SmallText | None
		last_tested_at: DF.Datetime | None
		lists: DF.Code | None
		lists_read_at: DF.Datetime | None
		live_since: DF.Datetime | None
		live_site_id: DF.Data | None
		live_url: DF.Data | None
		mode: DF.Literal["Off", "Draft", "Live"]
		new_clients: DF.Literal["Keep as SmartBill Client", "Create Customer"]
		new_customer_group: DF.Link | None
		pace_bulk: DF.Int
		pace_clicks: DF.Int
		pace_v3: DF.Int
		pause_reason: DF.SmallText | None
		paused: DF.Check
		proforma_series: DF.Autocomplete
		read_timeout: DF.Float
		sent_numbers: DF.Code | None
		spare_series: DF.Autocomplete | None
		sync_nightly: DF.Check
		sync_time: DF.Time | None
		terms_in_mentions: DF.Check
		token: DF.Password
		units: DF.Table[SmartBillUnit]
		v3_blocked_until: DF.Datetime | None
		v3_token: DF.Password | None
		validity_in_mentions: DF.Check
		vat_payer: DF.Check
		vat_rates: DF.Table[SmartBillVATRate]
		vat_rounding: DF.Literal["", "Per row", "Per rate"]
		weak_matches: DF.Literal["Propose", "Link", "Never"]
	# end: auto-generated types

	def onload(self) -> None:
		self.set_onload("reads_clients", features.is_on(features.SYNC))

	def validate(self) -> None:
		audit.note_changed_passwords(self)
		self.keep_state()
		self.validate_mode()
		self.strip_texts()
		self.validate_url()
		self.validate_series()
		self.validate_vat_rates()
		self.validate_units()
		self.validate_timeouts()
		self.validate_pace()

	def on_update(self) -> None:
		before, after = audit.changes(self)
		if not after:
			return
		created = self.get_doc_before_save() is None
		audit.record(
			self.flags.audit_event or (audit.ACCOUNT_CREATED if created else audit.ACCOUNT_CHANGED),
			self,
			None if created else before,
			after,
			reason=self.flags.audit_reason,
		)

	def on_trash(self) -> None:
		audit.record(audit.ACCOUNT_DELETED, self, audit.content(self))

	def has_allowed_url(self) -> bool:
		"""Asked again before every use: what the server's administrator allows can change after saving."""
		return allowed_url(self.api_url, allowed_hosts()) is not None

	def keep_state(self) -> None:
		"""A form opened before SmartBill blocked the account must not lift the block by being saved."""
		if self.flags.writes_state:
			return
		before = self.get_doc_before_save()
		for field in STATE_FIELDS:
			self.set(field, before.get(field) if before else None)

	def validate_mode(self) -> None:
		"""Live is an act of its own, see modes.py: it is never reached by choosing it in the form or over REST."""
		before = self.get_doc_before_save()
		if (
			self.mode == modes.LIVE
			and not self.flags.writes_state
			and not (before and before.mode == modes.LIVE)
		):
			frappe.throw(_("Save the account first, then switch Live on with its button."))

	def strip_texts(self) -> None:
		"""SmartBill compares all of these exactly; a blank at the end is never meant."""
		for field in ("email", "cif", "proforma_series", "spare_series", "invoice_series", "api_url"):
			self.set(field, (self.get(field) or "").strip())
		for row in self.vat_rates:
			row.tax_name = (row.tax_name or "").strip()
		for row in self.units:
			row.measuring_unit_name = (row.measuring_unit_name or "").strip()

	def validate_url(self) -> None:
		self.api_url = (self.api_url or DEFAULT_API_URL).rstrip("/")
		if not self.has_allowed_url():
			frappe.throw(
				_(
					"The address {0} is not allowed: it must be https://{1} or a host that site_config.json allows."
				).format(frappe.bold(frappe.utils.escape_html(self.api_url)), SMARTBILL_HOST)
			)

	def validate_series(self) -> None:
		if self.spare_series == self.proforma_series:
			frappe.throw(_("The spare series must be another one than the proforma series."))
		kinds = json.loads(self.lists or "{}").get("series") or {}
		for field, own, other in (
			("proforma_series", "p", "f"),
			("spare_series", "p", "f"),
			("invoice_series", "f", "p"),
		):
			# the lists may be older than the series, so only what is surely of the other kind is refused
			series = self.get(field)
			if series and series in kinds.get(other, ()) and series not in kinds.get(own, ()):
				frappe.throw(
					_("{0}: {1} is a series of another kind of document in SmartBill.").format(
						_(self.meta.get_label(field)), frappe.bold(frappe.utils.escape_html(series))
					)
				)

	def validate_vat_rates(self) -> None:
		seen = set()
		listed = [
			(row["name"], row["percentage"]) for row in json.loads(self.lists or "{}").get("taxes") or ()
		]
		for row in self.vat_rates:
			if listed.count((row.tax_name, row.tax_percentage)) > 1:
				frappe.throw(
					_(
						"VAT rates, row {0}: SmartBill has {1} {2}% more than once; rename one of them there."
					).format(row.idx, row.tax_name, row.tax_percentage)
				)
			if row.erpnext_rate != row.tax_percentage:
				frappe.throw(
					_("VAT rates, row {0}: SmartBill would compute {1}% where ERPNext has {2}%.").format(
						row.idx, row.tax_percentage, row.erpnext_rate
					)
				)
			key = (
				row.erpnext_rate,
				row.item_tax_template or "",
				row.tax_account or "",
				row.tax_category or "",
			)
			if key in seen:
				frappe.throw(_("VAT rates, row {0}: this rate is mapped twice.").format(row.idx))
			seen.add(key)

	def validate_units(self) -> None:
		seen = set()
		for row in self.units:
			if row.uom in seen:
				frappe.throw(_("Units, row {0}: {1} is mapped twice.").format(row.idx, row.uom))
			seen.add(row.uom)

	def validate_timeouts(self) -> None:
		# without one a call would wait for ever
		self.connect_timeout = self.connect_timeout or 10
		self.read_timeout = self.read_timeout or 50

	def validate_pace(self) -> None:
		for field, default, most in (
			("pace_clicks", Pace.clicks, MAX_CALLS),
			("pace_bulk", Pace.bulk, MAX_CALLS),
			("pace_v3", MAX_PACE, MAX_PACE),
		):
			self.set(field, self.get(field) or default)
			if not 1 <= self.get(field) <= most:
				frappe.throw(_("{0} must be between 1 and {1}.").format(_(self.meta.get_label(field)), most))

	@frappe.whitelist(methods=["POST"])
	def test_connection(self) -> dict:
		"""What SmartBill says to the saved account: {checks: [{id, level, ok, text, advice}], passed, resumed}."""
		from erp_b2b_smartbill.smartbill.checks import check_account

		results = check_account(self.saved("write"))
		setup_steps.look()
		return {"checks": results.checks, "passed": results.passed, "resumed": results.resumed}

	@frappe.whitelist(methods=["POST"])
	def read_lists(self) -> dict:
		"""Read the series, VAT rates and units of SmartBill: {lists, problem}, one of them None."""
		from erp_b2b_smartbill.smartbill import picklists

		lists, problem = picklists.read(self.saved("write"))
		return {"lists": picklists.as_dict(lists) if lists else None, "problem": problem}

	@frappe.whitelist()
	def suggest_maps(self) -> dict:
		"""Rows that the maps could have, for a person to take over; nothing is stored."""
		from erp_b2b_smartbill.smartbill import picklists

		return picklists.suggestions(self.saved("write"))

	@frappe.whitelist(methods=["POST"])
	def go_live(
		self, reconciled: bool = False, note: str | None = None, looked_at: list | str | None = None
	) -> dict:
		"""Switch Live on here: {live: True}, what to look at first {live: False, question, ...}, or {problem}."""
		from erp_b2b_smartbill.smartbill import golive

		try:
			return golive.switch_live_on(
				self.saved("write").name, reconciled, note, frappe.parse_json(looked_at) or []
			)
		except golive.CannotGoLive as refused:
			return {"live": False, "problem": refused.text, "retry_after": refused.retry_after}

	@frappe.whitelist(methods=["POST"])
	def switch_to_spare_series(self, reason: str) -> dict:
		"""Swap the two proforma series while one is blocked. B2B Managers may do this, too."""
		from erp_b2b_smartbill.smartbill import spare

		main, other = spare.switch(self.saved("read").name, reason)
		return {"proforma_series": main, "spare_series": other}

	@frappe.whitelist(methods=["POST"])
	def clear_counter_notice(self) -> None:
		"""A person has seen the notice about the series."""
		from erp_b2b_smartbill.smartbill.actions import MANAGERS

		require_role(*MANAGERS)
		saved = self.saved("read")
		if saved.counter_notice:
			saved.db_set("counter_notice", None, update_modified=False)
			audit.record(audit.ACCOUNT_NOTICE_SEEN, saved, before={"counter_notice": saved.counter_notice})

	@frappe.whitelist()
	def health(self) -> dict:
		"""How the account is doing, see smartbill/account_health.py."""
		from erp_b2b_smartbill.smartbill import account_health

		return account_health.health(self.saved("read"))

	def saved(self, right: str) -> "SmartBillAccount":
		"""The account as it is stored, for whoever has the right: a form may send anything."""
		saved = frappe.get_doc("SmartBill Account", self.name)
		saved.check_permission(right)
		return saved


# For the form: a method of the document would send the form's copy back over what is being typed.


@frappe.whitelist()
def health_of(account: str) -> dict:
	return frappe.get_doc("SmartBill Account", account).health()


@frappe.whitelist()
def maps_for(account: str) -> dict:
	return frappe.get_doc("SmartBill Account", account).suggest_maps()
