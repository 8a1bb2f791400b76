"""A customer, its contact, address and credit. As ERPNext v15's module of the same name."""

import json
from typing import Any

import frappe
from erpnext.accounts.party import get_dashboard_info, validate_party_accounts
from erpnext.controllers.website_list_for_contact import add_role_for_portal_user
from erpnext.utilities.transaction_base import TransactionBase
from frappe import _
from frappe.contacts.address_and_contact import delete_contact_and_address, load_address_and_contact
from frappe.contacts.doctype.address.address import get_address_display
from frappe.model.document import Document
from frappe.model.mapper import get_mapped_doc
from frappe.model.naming import set_name_by_naming_series, set_name_from_naming_options
from frappe.model.utils.rename_doc import update_linked_doctypes
from frappe.query_builder.functions import Sum
from frappe.utils import cint, flt, get_formatted_email
from frappe.utils.user import get_users_with_role


class Customer(TransactionBase):
	def onload(self) -> None:
		load_address_and_contact(self)
		self.set_onload("dashboard_info", get_dashboard_info(self.doctype, self.name))

	def autoname(self) -> None:
		match frappe.defaults.get_global_default("cust_master_name"):
			case "Customer Name":
				self.name = self.get_customer_name()
			case "Naming Series":
				set_name_by_naming_series(self)
			case _:
				set_name_from_naming_options(self.meta.autoname, self)

	def get_customer_name(self) -> str:
		"""The customer's name; another customer of that name becomes "<name> - 1" without any error."""
		if frappe.flags.in_import or not frappe.db.exists("Customer", self.customer_name):
			return self.customer_name
		taken = frappe.get_all("Customer", {"name": ["like", f"%{self.customer_name} - %"]}, pluck="name")
		number = max((_number_at_end(name) for name in taken), default=0) + 1
		name = f"{self.customer_name} - {number}"
		frappe.msgprint(
			_("Changed customer name to '{}' as '{}' already exists.").format(name, self.customer_name),
			title=_("Note"),
			indicator="yellow",
		)
		return name

	def validate(self) -> None:
		self.flags.is_new_doc = self.is_new()
		validate_party_accounts(self)
		self.validate_credit_limit_on_change()
		for portal_user in self.portal_users:
			add_role_for_portal_user(portal_user, "Customer")
		if self.sales_team and sum(row.allocated_percentage or 0 for row in self.sales_team) != 100:
			frappe.throw(_("Total contribution percentage should be equal to 100"))

	def after_insert(self) -> None:
		if self.lead_name:
			frappe.db.set_value("Lead", self.lead_name, "status", "Converted")

	def on_update(self) -> None:
		self.validate_name_with_customer_group()
		self.create_primary_contact()
		self.create_primary_address()
		if self.flags.is_new_doc and self.lead_name:
			self.link_lead_address_and_contact()
		self.pass_customer_group_on()

	def on_trash(self) -> None:
		self.db_set({"customer_primary_contact": None, "customer_primary_address": None})
		delete_contact_and_address("Customer", self.name)
		if self.lead_name:
			frappe.db.set_value("Lead", self.lead_name, "status", "Interested", update_modified=False)

	def after_rename(self, old: str, new: str, merge: bool = False) -> None:
		if frappe.defaults.get_global_default("cust_master_name") == "Customer Name":
			self.db_set("customer_name", new)

	def create_primary_contact(self) -> None:
		"""An e-mail or phone given on the customer itself becomes its primary contact."""
		if self.customer_primary_contact or self.lead_name or not (self.mobile_no or self.email_id):
			return
		contact = make_contact(self)
		self.db_set(
			{
				"customer_primary_contact": contact.name,
				"mobile_no": self.mobile_no,
				"email_id": self.email_id,
			}
		)

	def create_primary_address(self) -> None:
		"""Address lines given with a new customer (they are no fields of it) become its primary address."""
		if self.flags.is_new_doc and self.get("address_line1"):
			address = make_address(self)
			self.db_set(
				{
					"customer_primary_address": address.name,
					"primary_address": get_address_display(address.name),
				}
			)

	def link_lead_address_and_contact(self) -> None:
		for link in frappe.get_all(
			"Dynamic Link",
			filters={
				"parenttype": ["in", ["Contact", "Address"]],
				"link_doctype": "Lead",
				"link_name": self.lead_name,
			},
			fields=["parent", "parenttype"],
		):
			doc = frappe.get_doc(link.parenttype, link.parent)
			if not doc.has_link("Customer", self.name):
				doc.append("links", {"link_doctype": "Customer", "link_name": self.name})
				doc.save(ignore_permissions=self.flags.ignore_permissions)

	def pass_customer_group_on(self) -> None:
		"""Documents that link to the customer follow into its new group; those of rules and leads do not."""
		before = self.get_doc_before_save()
		if before and before.customer_group != self.customer_group:
			update_linked_doctypes(
				"Customer", self.name, "Customer Group", self.customer_group, ["Lead", "Pricing Rule"]
			)

	def validate_name_with_customer_group(self) -> None:
		if frappe.db.exists("Customer Group", self.name):
			frappe.throw(
				_(
					"A Customer Group exists with same name please change the Customer name or rename the Customer Group"
				),
				frappe.NameError,
			)

	def validate_credit_limit_on_change(self) -> None:
		"""A limit once for each company, and not below what the customer owes already."""
		if self.is_new() or not self.credit_limits:
			return
		before = frappe.get_all(
			"Customer Credit Limit", {"parent": self.name}, pluck="credit_limit", order_by="company"
		)
		if before == [
			row.credit_limit for row in sorted(self.credit_limits, key=lambda row: row.company or "")
		]:
			return
		companies = set()
		for row in self.credit_limits:
			if row.company in companies:
				frappe.throw(_("Credit limit is already defined for the Company {0}").format(row.company))
			companies.add(row.company)
			outstanding = get_customer_outstanding(
				self.name, row.company, ignore_outstanding_sales_order=bool(row.bypass_credit_limit_check)
			)
			if flt(row.credit_limit) < outstanding:
				frappe.throw(
					_(
						"New credit limit is less than current outstanding amount for the customer. "
						"Credit limit has to be atleast {0}"
					).format(outstanding)
				)

	@frappe.whitelist()
	def get_customer_group_details(self) -> None:
		"""Take accounts, limits, terms and price list over from the group."""
		group = frappe.get_doc("Customer Group", self.customer_group)
		for table, fieldname in (("accounts", "account"), ("credit_limits", "credit_limit")):
			self.set(
				table, [{"company": row.company, fieldname: row.get(fieldname)} for row in group.get(table)]
			)
		for fieldname in ("payment_terms", "default_price_list"):
			self.set(fieldname, group.get(fieldname) or "")
		self.save()


def _number_at_end(name: str) -> int:
	return cint(name.rsplit(" ", 1)[-1])


# Documents made from a customer


@frappe.whitelist()
def make_quotation(source_name: str, target_doc: str | Document | None = None) -> Document:
	quotation = get_mapped_doc(
		"Customer",
		source_name,
		{"Customer": {"doctype": "Quotation", "field_map": {"name": "party_name"}}},
		target_doc,
		take_address_and_contact,
	)
	quotation.quotation_to = "Customer"
	quotation.run_method("set_missing_values")
	quotation.run_method("set_other_charges")
	quotation.run_method("calculate_taxes_and_totals")
	price_list, currency = frappe.db.get_value(
		"Customer", source_name, ["default_price_list", "default_currency"]
	)
	quotation.selling_price_list = price_list or quotation.selling_price_list
	quotation.currency = currency or quotation.currency
	return quotation


def take_address_and_contact(source: Document, target: Document) -> None:
	"""Any address and contact that are linked with the source."""
	for parenttype, fieldname in (("Address", "customer_address"), ("Contact", "contact_person")):
		name = frappe.db.get_value(
			"Dynamic Link",
			{"link_doctype": source.doctype, "link_name": source.name, "parenttype": parenttype},
			"parent",
		)
		if name:
			target.set(fieldname, name)


# Credit


def get_credit_limit(customer: str | None, company: str) -> float:
	"""The customer's limit for the company, else its group's, else the company's; 0 is no limit."""
	limit = None
	if customer:
		limit = frappe.db.get_value(
			"Customer Credit Limit",
			{"parent": customer, "parenttype": "Customer", "company": company},
			"credit_limit",
		)
		if not limit:
			group = frappe.get_cached_value("Customer", customer, "customer_group")
			of_group = frappe.db.get_value(
				"Customer Credit Limit",
				{"parent": group, "parenttype": "Customer Group", "company": company},
				["credit_limit", "bypass_credit_limit_check"],
				as_dict=True,
			)
			if of_group and not of_group.bypass_credit_limit_check:
				limit = of_group.credit_limit
	return flt(limit or frappe.get_cached_value("Company", company, "credit_limit"))


def get_customer_outstanding(
	customer: str, company: str, ignore_outstanding_sales_order: bool = False, cost_center: str | None = None
) -> float:
	"""The balance in the ledger, what is ordered and not yet billed, and what was delivered without an order and is not
	yet billed."""
	ordered = 0.0 if ignore_outstanding_sales_order else _ordered(customer, company)
	return _balance(customer, company, cost_center) + ordered + _delivered(customer, company)


def _balance(customer: str, company: str, cost_center: str | None) -> float:
	entry = frappe.qb.DocType("GL Entry")
	query = (
		frappe.qb.from_(entry)
		.select(Sum(entry.debit) - Sum(entry.credit))
		.where((entry.party_type == "Customer") & (entry.party == customer) & (entry.company == company))
		.where(entry.is_cancelled == 0)
	)
	if cost_center:
		left, right = frappe.get_cached_value("Cost Center", cost_center, ["lft", "rgt"])
		below = frappe.get_all("Cost Center", {"lft": [">=", left], "rgt": ["<=", right]}, pluck="name")
		query = query.where(entry.cost_center.isin(below))
	return flt(query.run()[0][0])


def _ordered(customer: str, company: str) -> float:
	order = frappe.qb.DocType("Sales Order")
	open_part = (
		frappe.qb.from_(order)
		.select(Sum(order.base_grand_total * (100 - order.per_billed) / 100))
		.where(
			(order.customer == customer)
			& (order.company == company)
			& (order.docstatus == 1)
			& (order.per_billed < 100)
			& (order.status != "Closed")
		)
	).run()
	return flt(open_part[0][0])


def _delivered(customer: str, company: str) -> float:
	"""Each row's part that is not billed, with its share of the delivery's taxes."""
	open_part = 0.0
	for note in frappe.get_all(
		"Delivery Note",
		{
			"customer": customer,
			"company": company,
			"docstatus": 1,
			"status": ["not in", ["Closed", "Stopped"]],
		},
		["name", "base_net_total", "base_grand_total"],
	):
		rows = frappe.get_all(
			"Delivery Note Item",
			{
				"parent": note.name,
				"against_sales_order": ["is", "not set"],
				"against_sales_invoice": ["is", "not set"],
			},
			["name", "amount"],
		)
		for row in rows:
			invoiced = frappe.get_all(
				"Sales Invoice Item", {"dn_detail": row.name, "docstatus": 1}, pluck="amount"
			)
			open_amount = flt(row.amount) - sum(flt(amount) for amount in invoiced)
			if open_amount > 0 and note.base_net_total:
				open_part += open_amount / note.base_net_total * note.base_grand_total
	return open_part


def has_bypass(customer: str, company: str) -> bool:
	"""Whether orders are not checked against the customer's limit."""
	key = {"parent": customer, "parenttype": "Customer", "company": company}
	return bool(frappe.db.get_value("Customer Credit Limit", key, "bypass_credit_limit_check"))


def check_credit_limit(
	customer: str, company: str, ignore_outstanding_sales_order: bool = False, extra_amount: float = 0
) -> None:
	"""Refuse what goes over the limit, unless the user may exceed it; name those who may."""
	limit = get_credit_limit(customer, company)
	outstanding = get_customer_outstanding(customer, company, ignore_outstanding_sales_order)
	outstanding += max(flt(extra_amount), 0)
	if limit <= 0 or outstanding <= limit:
		return
	controller = frappe.db.get_single_value("Accounts Settings", "credit_controller")
	if controller and controller in frappe.get_roles():
		return
	users = get_users_with_role(controller or "Sales Master Manager")
	if not users:
		frappe.throw(
			_("Please contact your administrator to extend the credit limits for {0}.").format(customer)
		)
	names = (get_formatted_email(user).replace("<", "(").replace(">", ")") for user in users)
	message = _("Credit limit has been crossed for customer {0} ({1}/{2})").format(
		customer, outstanding, limit
	)
	message += "<br><br>" + _(
		"Please contact any of the following users to extend the credit limits for {0}: {1}"
	).format(customer, "<br><br><ul><li>{}</li></ul>".format("<li>".join(names)))
	frappe.msgprint(
		message,
		title=_("Credit Limit Crossed"),
		raise_exception=1,
		primary_action={
			"label": "Send Email",
			"server_action": "erpnext.selling.doctype.customer.customer.send_emails",
			"hide_on_success": True,
			"args": {
				"customer": customer,
				"customer_outstanding": outstanding,
				"credit_limit": limit,
				"credit_controller_users_list": users,
			},
		},
	)


@frappe.whitelist()
def send_emails(args: str) -> None:
	"""Ask those who may exceed a limit for help."""
	args = frappe._dict(json.loads(args))
	frappe.sendmail(
		recipients=args.credit_controller_users_list,
		subject=_("Credit limit reached for customer {0}").format(args.customer),
		message=_("Credit limit has been crossed for customer {0} ({1}/{2})").format(
			args.customer, args.customer_outstanding, args.credit_limit
		),
	)


# Contact and address


def make_contact(party: Document, is_primary_contact: int = 1) -> Document:
	"""A contact with the customer's e-mail and phone: a person's name, or the company's."""
	contact = frappe.new_doc("Contact")
	contact.is_primary_contact = is_primary_contact
	contact.append("links", {"link_doctype": party.doctype, "link_name": party.name})
	if party.get("customer_type") == "Individual":
		contact.first_name, contact.middle_name, contact.last_name = parse_full_name(party.customer_name)
	else:
		contact.company_name = party.customer_name
	if party.get("email_id"):
		contact.add_email(party.email_id, is_primary=True)
	if party.get("mobile_no"):
		contact.add_phone(party.mobile_no, is_primary_mobile_no=True)
	return contact.insert(ignore_permissions=party.flags.ignore_permissions)


def make_address(party: Document, is_primary_address: int = 1, is_shipping_address: int = 1) -> Document:
	missing = [field for field in ("city", "country") if not party.get(field)]
	if missing:
		items = "\n".join(f"<li>{field.title()}</li>" for field in missing)
		frappe.throw(
			f"{_('Following fields are mandatory to create address:')} <br><br> <ul>{items}</ul>",
			title=_("Missing Values Required"),
		)
	address: dict[str, Any] = {
		field: party.get(field)
		for field in ("address_line1", "address_line2", "city", "state", "pincode", "country")
	}
	address.update(
		doctype="Address",
		address_title=party.customer_name,
		is_primary_address=is_primary_address,
		is_shipping_address=is_shipping_address,
		links=[{"link_doctype": party.doctype, "link_name": party.name}],
	)
	return frappe.get_doc(address).insert(ignore_permissions=party.flags.ignore_permissions)


@frappe.whitelist()
@frappe.validate_and_sanitize_search_inputs
def get_customer_primary_contact(
	doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: dict
) -> list[tuple]:
	"""The customer's contacts, for the link field."""
	contact = frappe.qb.DocType("Contact")
	link = frappe.qb.DocType("Dynamic Link")
	return (
		frappe.qb.from_(contact)
		.join(link)
		.on(contact.name == link.parent)
		.select(contact.name, contact.email_id)
		.where((link.link_name == filters.get("customer")) & (contact.name.like(f"%{txt}%")))
	).run()


def parse_full_name(full_name: str) -> tuple[str, str | None, str | None]:
	"""(first, middle, last)"""
	first, *rest = full_name.split()
	last = rest.pop() if rest else None
	return first, " ".join(rest) or None, last
