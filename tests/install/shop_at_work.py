"""What the shop does with the app."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shop_before import COMPANY, SALESMAN, insert, quote

from embedded.overrides.jobs import run_pending_jobs

BUYER = "cumparator@magazin.ro"


def switches() -> list[str]:
	import frappe

	return [
		field.fieldname
		for field in frappe.get_meta("B2B Settings").fields
		if field.fieldname.startswith("enable_")
	]


def switch(**values: int) -> None:
	import frappe

	settings = frappe.get_doc("B2B Settings")
	settings.update(values)
	settings.save()


def switch_everything_on_and_off() -> None:
	import frappe

	for name in switches():
		switch(**{name: 1})
		frappe.db.commit()
		run_pending_jobs()
		switch(**{name: 0})
		frappe.db.commit()
		run_pending_jobs()


def work(sandbox_url: str) -> None:
	"""A registration that becomes a Customer, a proforma with its PDF, a buyer's answer, a limit that is asked for."""
	import frappe

	from embedded import romania

	switch(**dict.fromkeys(switches(), 1))
	frappe.db.commit()
	run_pending_jobs()
	for company in romania.COMPANIES:
		romania.make_smartbill_account(company)
	romania.point_accounts_at(sandbox_url)
	insert("B2B Tier", tier_name="Gold", discount_percentage=10)
	_give_roles()
	buyer = _register()
	old = frappe.get_all("Quotation", {"docstatus": 1}, ["name", "party_name"], order_by="name", limit=1)[0]
	tiered = frappe.get_doc("Customer", old.party_name)
	tiered.update({"b2b_tier": "Gold", "smartbill_reg_com": "J12/2/2002", "b2b_parent_customer": buyer})
	tiered.save()
	quotation = quote(tiered.name)
	_issue(quotation)
	_read_clients()
	_ask_for_credit(tiered.name)
	offer = quote(buyer)
	with _as(BUYER):
		from erp_b2b_smartbill.portal import responses

		responses.respond(offer.name, "Accepted", "Da")
	frappe.db.commit()
	run_pending_jobs()
	_about_ours(frappe.get_all("SmartBill Proforma", pluck="name")[0], quotation.name)
	frappe.db.commit()


@contextmanager
def _as(user: str) -> Iterator[None]:
	import frappe

	before = frappe.session.user
	frappe.set_user(user)
	try:
		yield
	finally:
		frappe.set_user(before)


def _give_roles() -> None:
	import frappe

	user = frappe.get_doc("User", SALESMAN)
	user.add_roles("B2B Sales", "B2B Manager")


def _register() -> str:
	"""The name of the Customer."""
	import frappe

	from erp_b2b_smartbill.registration import decide
	from erp_b2b_smartbill.registration.submit import submit

	request = submit(
		{
			"cui": "12345674",
			"company_name": "Magazin Nou SRL",
			"vat_payer": "Yes",
			"country": "Romania",
			"county": "Cluj",
			"city": "Cluj-Napoca",
			"address_line": "Str. Nouă 1",
			"first_name": "Ana",
			"last_name": "Nouă",
			"email": BUYER,
			"phone": "0722000100",
			"terms_accepted": 1,
		}
	)
	decide.confirm(request.name)
	frappe.db.commit()
	decide.approve(request.name, decide.terms_of(frappe.get_doc("B2B Registration", request.name)))
	frappe.db.commit()
	return frappe.db.get_value("B2B Registration", request.name, "customer")


def _issue(quotation: Any) -> None:
	import frappe

	from erp_b2b_smartbill.smartbill import issue

	frappe.db.commit()
	issue.issue(frappe.get_doc("Quotation", quotation.name))
	frappe.db.commit()


def _read_clients() -> None:
	import frappe

	from erp_b2b_smartbill.smartbill.clients import job, rejected
	from erp_b2b_smartbill.smartbill.clients.files.mapping import Rejection

	account = frappe.get_doc("SmartBill Account", COMPANY.name)
	account.v3_token = "demo-v3-token"
	account.save()
	frappe.db.commit()
	job.work(job.start(account.name).name)
	# an import whose job was killed, and which nobody took up again
	rejected.keep("killed", [Rejection(2, ("Fără cod", ""), ("cif",))])


def _ask_for_credit(customer: str) -> None:
	from erp_b2b_smartbill.customers.credit_limits import asking
	from erp_b2b_smartbill.customers.overview import scope

	asking.ask(scope.of(customer, COMPANY.name), 5000, "Crește")


def _about_ours(proforma: str, quotation: str) -> None:
	"""What people do with documents of ours and what they make for our doctypes."""
	import frappe
	from frappe.custom.doctype.property_setter.property_setter import make_property_setter
	from frappe.desk.form.assign_to import add as assign

	ours = "SmartBill Proforma"
	doc = frappe.get_doc(ours, proforma)
	doc.add_comment("Comment", "De urmărit")
	doc.add_tag("urgent")
	assign({"doctype": ours, "name": proforma, "assign_to": [SALESMAN], "description": "Sună clientul"})
	frappe.share.add(ours, proforma, SALESMAN, read=1)
	insert("User Permission", user=SALESMAN, allow="B2B Tier", for_value="Gold", apply_to_all_doctypes=1)
	insert(
		"Communication",
		subject="Proforma",
		content="Atașat",
		communication_medium="Email",
		reference_doctype=ours,
		reference_name=proforma,
	)
	make_property_setter(ours, "series", "label", "Seria", "Data")
	make_property_setter("Customer", "b2b_tier", "label", "Treaptă", "Data")
	insert("Custom Field", dt="B2B Tier", fieldname="shop_note", fieldtype="Data", label="Notă")
	insert(
		"Custom Field",
		dt="Quotation",
		fieldname="shop_proforma",
		fieldtype="Link",
		options=ours,
		label="Proforma legată",
		allow_on_submit=1,
	)
	frappe.db.set_value("Quotation", quotation, "shop_proforma", proforma, update_modified=False)
	insert(
		"Notification",
		name="Proforme vechi",
		subject="Veche",
		document_type=ours,
		event="Days After",
		date_changed="issue_date",
		days_in_advance=7,
		channel="System Notification",
		message="Veche",
		recipients=[{"receiver_by_role": "B2B Sales"}],
	)
	insert("Client Script", name="Al magazinului", dt=ours, view="Form", script="1", enabled=1)
	insert(
		"Print Format",
		name="Formatul magazinului",
		doc_type=ours,
		custom_format=1,
		html="<p></p>",
		standard="No",
	)
	insert(
		"Report",
		report_name="Raportul magazinului",
		ref_doctype=ours,
		report_type="Report Builder",
		is_standard="No",
		json="{}",
	)
	insert(
		"Number Card",
		label="Cardul magazinului",
		document_type=ours,
		function="Count",
		type="Document Type",
		filters_json="[]",
	)
	insert(
		"Workspace",
		label="Al magazinului",
		title="Al magazinului",
		public=1,
		content="[]",
		links=[{"type": "Link", "label": "Proforme", "link_type": "DocType", "link_to": ours}],
		shortcuts=[
			{"type": "DocType", "label": "Proforme", "link_to": ours},
			{"type": "DocType", "label": "Clienți", "link_to": "Customer"},
		],
		number_cards=[{"number_card_name": "Cardul magazinului", "label": "Card"}],
	)
	frappe.permissions.add_permission("Territory", "B2B Sales", 0)
	insert(
		"File",
		file_name="nota.txt",
		content="notă",
		is_private=1,
		attached_to_doctype=ours,
		attached_to_name=proforma,
	)
