"""The one table of our REST routes: it feeds the registration with Frappe, the rights matrix and the documentation.

Rules are registered without methods, and nothing is decided before the endpoint runs: Frappe signs the user in
after its `before_request` hooks, and only the endpoint can answer 401 and 405 in our envelope.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import frappe
from frappe import _
from frappe.api import API_URL_MAP
from werkzeug.routing import Rule
from werkzeug.wrappers import Response

from erp_b2b_smartbill import features
from erp_b2b_smartbill.api import (
	client_sync,
	clients,
	conflicts,
	customer_credit,
	customer_invoices,
	customer_overview,
	customer_selection,
	customers,
	description,
	envelope,
	favourites,
	health,
	portal,
	proforma_life,
	proformas,
	registrations,
	runs,
)
from erp_b2b_smartbill.exceptions import MethodNotAllowed, NotAllowed, NotSignedIn, not_found
from erp_b2b_smartbill.permissions import (
	API_READERS,
	CREDIT_ASKERS,
	CREDIT_DECIDERS,
	CREDIT_READERS,
	HEALTH_READERS,
	OVERVIEW_READERS,
	REGISTRATION_DECIDERS,
	REGISTRATION_READERS,
	SELLERS,
	SYNCERS,
	TIER_GIVERS,
)
from erp_b2b_smartbill.portal.access import ROLE as BUYER
from erp_b2b_smartbill.smartbill.actions import INVOICERS, MANAGERS

APP = "erp_b2b_smartbill"
BASE = "/api/v1"


@dataclass(frozen=True)
class Operation:
	"""`handler` takes the path's arguments and returns (data, HTTP status). `roles` may use it at all; the handler
	checks the caller's rights on the document."""

	handler: Callable[..., tuple[Any, int]]
	roles: tuple[str, ...]
	summary: str
	# open to whoever comes, signed in or not
	is_public: bool = False


@dataclass(frozen=True)
class Route:
	"""`switch` is None for what no switch of B2B Settings turns off."""

	path: str
	switch: str | None
	operations: Mapping[str, Operation]
	# it needs this one too
	other_switch: str | None = None


REGISTRATIONS = f"{BASE}/registrations"
PROFORMA = f"{BASE}/quotations/<path:quotation>/smartbill/proforma"
RUNS = f"{BASE}/smartbill/runs"
SMARTBILL = f"{BASE}/smartbill"
CONFLICTS = f"{SMARTBILL}/conflicts"
CUSTOMER = f"{BASE}/customers/<path:customer>"


def _route(
	base: str,
	switch: str | None,
	roles: tuple[str, ...] | None,
	path: str,
	other_switch: str | None = None,
	**operations: tuple[Callable[..., Any], str],
) -> Route:
	"""`operations` are (handler, summary) by method. Without roles it is open to everybody."""
	return Route(
		f"{base}{path}",
		switch,
		{
			method: Operation(handler, roles or (), summary, is_public=roles is None)
			for method, (handler, summary) in operations.items()
		},
		other_switch,
	)


_proforma = partial(_route, PROFORMA, features.PROFORMA)
_runs = partial(_route, RUNS, features.PROFORMA, SELLERS)
_sync = partial(_route, SMARTBILL, features.SYNC, SYNCERS)
_conflicts = partial(_route, CONFLICTS, features.SYNC, SYNCERS)
_search = partial(_route, f"{BASE}/customers", features.SEARCH, SELLERS)
_overview = partial(_route, CUSTOMER, features.OVERVIEW)
_registration = partial(_route, REGISTRATIONS, features.REGISTRATION)
_applicant = partial(_registration, None)
_portal = partial(_route, f"{BASE}/portal", features.PORTAL, (BUYER,))
# no switch turns these off
_site = partial(_route, BASE, None)

ROUTES = (
	_proforma(
		SELLERS,
		"",
		GET=(proformas.show, "The SmartBill proforma of a Quotation"),
		POST=(proformas.issue, "Issue the SmartBill proforma of a Quotation, once"),
	),
	_proforma(SELLERS, "/check", POST=(proformas.check, "Look at SmartBill after an unsettled proforma")),
	_proforma(MANAGERS, "/settle", POST=(proformas.settle, "Decide about a proforma of unknown outcome")),
	_proforma(SELLERS, "/pdf", POST=(proformas.store_pdf, "Fetch the proforma's PDF again")),
	_proforma(SELLERS, "/cancel", POST=(proforma_life.cancel, "Cancel the proforma in SmartBill")),
	_proforma(SELLERS, "/restore", POST=(proforma_life.restore, "Restore a cancelled proforma in SmartBill")),
	_proforma(
		SELLERS,
		"/email",
		GET=(proforma_life.show_email, "What the e-mail with the proforma would say"),
		POST=(proforma_life.email, "Send the proforma by e-mail"),
	),
	_proforma(INVOICERS, "/invoice", POST=(proforma_life.invoice, "Issue the SmartBill invoice, once")),
	_proforma(
		MANAGERS,
		"/invoice/settle",
		POST=(proforma_life.settle_invoice, "Decide about an invoice of unknown outcome"),
	),
	_proforma(SELLERS, "/follow", POST=(proforma_life.follow, "Read invoices and payment in SmartBill now")),
	_proforma(MANAGERS, "/link", POST=(proforma_life.link, "Link a proforma that was issued by hand")),
	_proforma(MANAGERS, "/unlink", POST=(proforma_life.unlink, "Take such a link away again")),
	_proforma(MANAGERS, "/discard", POST=(proforma_life.discard, "Give up a draft")),
	_runs("", POST=(runs.start, "Issue the proformas of many Quotations, in the background")),
	_runs("/<run>", GET=(runs.show, "How far a run is, and a result per Quotation")),
	_runs("/<run>/stop", POST=(runs.stop, "Stop a run after the document in the air")),
	_sync(
		"/sync",
		GET=(client_sync.account, "When an account's clients were read last, and what is open"),
		POST=(client_sync.start, "Read SmartBill's clients, in the background"),
	),
	_sync("/sync/<run>", GET=(client_sync.show, "How far a sync or an import is, and what became of it")),
	_sync("/sync/<run>/stop", POST=(client_sync.stop, "Stop a sync or an import")),
	_sync("/imports", POST=(client_sync.start_import, "Import a file that SmartBill exported")),
	_sync("/imports/preview", POST=(client_sync.preview, "What importing a file would do")),
	_sync("/clients/<client>/link", POST=(clients.link, "Link a client with a Customer")),
	_sync("/clients/<client>/unlink", POST=(clients.unlink, "Leave a client without a Customer")),
	_sync("/clients/<client>/release", POST=(clients.release, "Let the sync decide about a client again")),
	_conflicts("", GET=(conflicts.index, "What SmartBill and ERPNext disagree about, with counts by kind")),
	_conflicts("/bulk", POST=(conflicts.decide_many, "Settle many conflicts of one kind alike")),
	_conflicts("/bulk/<job>", GET=(conflicts.bulk_progress, "How far many decisions are")),
	_conflicts("/<name>", GET=(conflicts.show, "Both sides of a conflict, and what may be done")),
	_conflicts("/<name>/settle", POST=(conflicts.decide, "Settle a conflict")),
	_search("/search", GET=(customers.search, "Find a customer, whatever it is known in")),
	_search("/select", POST=(customer_selection.select, "Make a found company the Customer to quote")),
	_search("/company", GET=(customer_selection.company, "What ANAF says of a CUI, before it is made")),
	_overview(OVERVIEW_READERS, "/360", GET=(customer_overview.show, "The whole customer, by tabs")),
	_overview(
		OVERVIEW_READERS,
		"/360/essentials",
		GET=(customer_overview.show_essentials, "What one has to know while one quotes"),
	),
	_overview(
		OVERVIEW_READERS,
		"/360/history",
		GET=(customer_overview.history, "What there was between us and a customer, by pages"),
	),
	_overview(
		CREDIT_READERS, "/360/invoices", GET=(customer_invoices.index, "A customer's invoices, by pages")
	),
	_overview(
		CREDIT_READERS,
		"/360/invoices.xlsx",
		GET=(customer_invoices.export, "A customer's invoices as a workbook"),
	),
	_overview(TIER_GIVERS, "/tier", POST=(customer_overview.change_tier, "Give a customer another tier")),
	_overview(
		OVERVIEW_READERS,
		"/360/credit/ledger",
		GET=(customer_credit.ledger, "The customer's entries in a company's ledger, by pages"),
	),
	_overview(
		CREDIT_ASKERS,
		"/credit-requests",
		GET=(customer_credit.requests, "What was asked for this customer's credit limit"),
		POST=(customer_credit.ask, "Ask for another credit limit"),
	),
	_overview(
		CREDIT_DECIDERS,
		"/credit-requests/<name>/approve",
		POST=(customer_credit.approve, "Give the credit limit that was asked for, or another"),
	),
	_overview(
		CREDIT_DECIDERS,
		"/credit-requests/<name>/reject",
		POST=(customer_credit.reject, "Reject a request for another credit limit"),
	),
	_overview(
		CREDIT_ASKERS,
		"/credit-requests/<name>/withdraw",
		POST=(customer_credit.withdraw, "Take back what one asked for"),
	),
	_overview(
		SELLERS,
		"/favourites/<path:item>",
		PUT=(favourites.mark, "Mark an item that the customer prefers"),
		DELETE=(favourites.unmark, "Take the mark away"),
	),
	_applicant("", POST=(registrations.create, "Register a company")),
	_applicant("/form", GET=(registrations.form, "What the form of a registration needs")),
	_applicant("/company/<cui>", GET=(registrations.company, "What ANAF knows of a company")),
	_applicant("/cities", GET=(registrations.cities, "Names of cities of a county")),
	_applicant("/status/<token>", GET=(registrations.show, "How a request stands")),
	_applicant("/status/<token>/answer", POST=(registrations.answer, "Answer the question")),
	_applicant("/status/<token>/withdraw", POST=(registrations.withdraw, "Withdraw the request")),
	_applicant("/status/<token>/resend", POST=(registrations.resend, "Send the confirmation mail again")),
	_applicant("/confirm", POST=(registrations.confirm, "Confirm the e-mail address")),
	_applicant("/confirm/resend", POST=(registrations.resend_confirmation, "Ask for another confirmation")),
	_applicant("/welcome", POST=(registrations.open_welcome, "Go and choose a password")),
	_applicant("/welcome/resend", POST=(registrations.resend_welcome, "Ask for another welcome mail")),
	_registration(
		REGISTRATION_READERS, "/counts", GET=(registrations.counts, "How many requests there are, by status")
	),
	_registration(
		REGISTRATION_DECIDERS, "/bulk", POST=(registrations.decide_many, "Approve or reject many requests")
	),
	_registration(
		REGISTRATION_DECIDERS, "/bulk/<job>", GET=(registrations.bulk_progress, "How far many decisions are")
	),
	_registration(
		REGISTRATION_READERS,
		"/<name>/review",
		GET=(registrations.review, "All that helps to decide about a request"),
	),
	_registration(
		REGISTRATION_DECIDERS, "/<name>/approve", POST=(registrations.approve, "Approve a request")
	),
	_registration(REGISTRATION_DECIDERS, "/<name>/reject", POST=(registrations.reject, "Reject a request")),
	_registration(
		REGISTRATION_DECIDERS, "/<name>/ask", POST=(registrations.ask, "Ask the applicant a question")
	),
	_registration(REGISTRATION_DECIDERS, "/<name>/look", POST=(registrations.look, "Ask ANAF again")),
	_registration(
		REGISTRATION_DECIDERS,
		"/<name>/erase",
		POST=(registrations.erase, "Erase the personal data of a request"),
	),
	_portal("/company", GET=(portal.company, "The buyer's companies")),
	_portal(
		"/favourites",
		other_switch=features.OVERVIEW,
		GET=(favourites.buyers, "The items that the buyer marked"),
	),
	_portal(
		"/favourites/<path:item>",
		other_switch=features.OVERVIEW,
		PUT=(favourites.buyer_marks, "Mark an item"),
		DELETE=(favourites.buyer_unmarks, "Take the mark away"),
	),
	_portal("/quotations", GET=(portal.quotations, "The buyer's quotations")),
	_portal("/quotations/<path:quotation>", GET=(portal.quotation, "One quotation of the buyer's")),
	_portal(
		"/quotations/<path:quotation>/response", POST=(portal.respond, "Accept or decline a quotation, once")
	),
	_portal(
		"/quotations/<path:quotation>/proforma.pdf", GET=(portal.proforma_pdf, "The PDF of the proforma")
	),
	_site(HEALTH_READERS, "/health", GET=(health.show, "How the app does on this site")),
	_site(API_READERS, "/openapi.json", GET=(description.show, "This description of the API")),
)

_lock = threading.Lock()
_registered = False


def register() -> None:
	"""Hook `before_request`: make the routes known to this process, once."""
	global _registered
	if _registered:
		return
	with _lock:
		if not _registered:
			for route in ROUTES:
				API_URL_MAP.add(Rule(route.path, endpoint=partial(answer, route)))
			_registered = True


def answer(route: Route, **arguments: str) -> Response:
	"""The endpoint of every route."""
	if APP not in frappe.get_installed_apps():
		# the map belongs to the process, which may serve sites without this app
		raise frappe.DoesNotExistError
	try:
		data, status = _operation(route).handler(**arguments)
		# a file is an answer of its own
		return data if isinstance(data, Response) else envelope.success(data, status)
	except Exception as error:
		return envelope.failure(error)


def _operation(route: Route) -> Operation:
	if not all(features.is_on(one) for one in (route.switch, route.other_switch) if one):
		raise not_found()
	is_guest = frappe.session.user == "Guest"
	if is_guest and not any(operation.is_public for operation in route.operations.values()):
		raise NotSignedIn(_("Sign in first."))
	method = frappe.request.method
	operation = route.operations.get("GET" if method == "HEAD" else method)
	if operation is None:
		raise MethodNotAllowed(
			_("This address does not know the method {0}.").format(method), list(route.operations)
		)
	if operation.is_public:
		return operation
	if is_guest:
		raise NotSignedIn(_("Sign in first."))
	if not set(operation.roles) & set(frappe.get_roles()):
		raise NotAllowed(_("Your roles do not allow this."))
	return operation
