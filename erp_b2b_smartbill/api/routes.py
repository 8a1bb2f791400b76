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
from erp_b2b_smartbill.smartbill.actions import INVOICERS, MANAGERS, SALES

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
HEALTH = f"{BASE}/health"


def _post(path: str, handler: Callable[..., tuple[Any, int]], roles: tuple[str, ...], summary: str) -> Route:
	return Route(path, features.PROFORMA, {"POST": Operation(handler, roles, summary)})


def _registration(
	path: str, public: bool = False, **operations: tuple[Callable[..., Any], tuple[str, ...], str]
) -> Route:
	return Route(
		f"{REGISTRATIONS}{path}",
		features.REGISTRATION,
		{
			method: Operation(handler, roles, summary, is_public=public)
			for method, (handler, roles, summary) in operations.items()
		},
	)


def _sync(path: str, **operations: tuple[Callable[..., Any], str]) -> Route:
	return Route(
		path,
		features.SYNC,
		{method: Operation(handler, SYNCERS, summary) for method, (handler, summary) in operations.items()},
	)


def _search(path: str, **operations: tuple[Callable[..., Any], str]) -> Route:
	return Route(
		f"{BASE}/customers{path}",
		features.SEARCH,
		{method: Operation(handler, SALES, summary) for method, (handler, summary) in operations.items()},
	)


def _overview(path: str, **operations: tuple[Callable[..., Any], tuple[str, ...], str]) -> Route:
	return Route(
		f"{CUSTOMER}{path}",
		features.OVERVIEW,
		{
			method: Operation(handler, roles, summary)
			for method, (handler, roles, summary) in operations.items()
		},
	)


def _portal(
	path: str, other_switch: str | None = None, **operations: tuple[Callable[..., Any], str]
) -> Route:
	return Route(
		f"{BASE}/portal{path}",
		features.PORTAL,
		{method: Operation(handler, (BUYER,), summary) for method, (handler, summary) in operations.items()},
		other_switch,
	)


ROUTES = (
	Route(
		path=HEALTH,
		switch=None,
		operations={"GET": Operation(health.show, HEALTH_READERS, "How the app does on this site")},
	),
	Route(
		path=PROFORMA,
		switch=features.PROFORMA,
		operations={
			"GET": Operation(proformas.show, SALES, "The SmartBill proforma of a Quotation"),
			"POST": Operation(proformas.issue, SALES, "Issue the SmartBill proforma of a Quotation, once"),
		},
	),
	_post(f"{PROFORMA}/check", proformas.check, SALES, "Look at SmartBill after an unsettled proforma"),
	_post(f"{PROFORMA}/settle", proformas.settle, MANAGERS, "Decide about a proforma of unknown outcome"),
	_post(f"{PROFORMA}/pdf", proformas.store_pdf, SALES, "Fetch the proforma's PDF again"),
	_post(f"{PROFORMA}/cancel", proforma_life.cancel, SALES, "Cancel the proforma in SmartBill"),
	_post(f"{PROFORMA}/restore", proforma_life.restore, SALES, "Restore a cancelled proforma in SmartBill"),
	Route(
		path=f"{PROFORMA}/email",
		switch=features.PROFORMA,
		operations={
			"GET": Operation(proforma_life.show_email, SALES, "What the e-mail with the proforma would say"),
			"POST": Operation(proforma_life.email, SALES, "Send the proforma by e-mail"),
		},
	),
	_post(f"{PROFORMA}/invoice", proforma_life.invoice, INVOICERS, "Issue the SmartBill invoice, once"),
	_post(
		f"{PROFORMA}/invoice/settle",
		proforma_life.settle_invoice,
		MANAGERS,
		"Decide about an invoice of unknown outcome",
	),
	_post(f"{PROFORMA}/follow", proforma_life.follow, SALES, "Read invoices and payment in SmartBill now"),
	_post(f"{PROFORMA}/link", proforma_life.link, MANAGERS, "Link a proforma that was issued by hand"),
	_post(f"{PROFORMA}/unlink", proforma_life.unlink, MANAGERS, "Take such a link away again"),
	_post(f"{PROFORMA}/discard", proforma_life.discard, MANAGERS, "Give up a draft"),
	_post(RUNS, runs.start, SALES, "Issue the proformas of many Quotations, in the background"),
	Route(
		path=f"{RUNS}/<run>",
		switch=features.PROFORMA,
		operations={"GET": Operation(runs.show, SALES, "How far a run is, and a result per Quotation")},
	),
	_post(f"{RUNS}/<run>/stop", runs.stop, SALES, "Stop a run after the document in the air"),
	_sync(
		f"{SMARTBILL}/sync",
		GET=(client_sync.account, "When an account's clients were read last, and what is open"),
		POST=(client_sync.start, "Read SmartBill's clients, in the background"),
	),
	_sync(
		f"{SMARTBILL}/sync/<run>",
		GET=(client_sync.show, "How far a sync or an import is, and what became of it"),
	),
	_sync(f"{SMARTBILL}/sync/<run>/stop", POST=(client_sync.stop, "Stop a sync or an import")),
	_sync(f"{SMARTBILL}/imports", POST=(client_sync.start_import, "Import a file that SmartBill exported")),
	_sync(f"{SMARTBILL}/imports/preview", POST=(client_sync.preview, "What importing a file would do")),
	_sync(f"{SMARTBILL}/clients/<client>/link", POST=(clients.link, "Link a client with a Customer")),
	_sync(f"{SMARTBILL}/clients/<client>/unlink", POST=(clients.unlink, "Leave a client without a Customer")),
	_sync(
		f"{SMARTBILL}/clients/<client>/release",
		POST=(clients.release, "Let the sync decide about a client again"),
	),
	_sync(
		CONFLICTS,
		GET=(conflicts.index, "What SmartBill and ERPNext disagree about, with counts by kind"),
	),
	_sync(f"{CONFLICTS}/bulk", POST=(conflicts.decide_many, "Settle many conflicts of one kind alike")),
	_sync(f"{CONFLICTS}/bulk/<job>", GET=(conflicts.bulk_progress, "How far many decisions are")),
	_sync(f"{CONFLICTS}/<name>", GET=(conflicts.show, "Both sides of a conflict, and what may be done")),
	_sync(f"{CONFLICTS}/<name>/settle", POST=(conflicts.decide, "Settle a conflict")),
	_overview("/360", GET=(customer_overview.show, OVERVIEW_READERS, "The whole customer, by tabs")),
	_overview(
		"/360/essentials",
		GET=(customer_overview.show_essentials, OVERVIEW_READERS, "What one has to know while one quotes"),
	),
	_overview(
		"/360/history",
		GET=(
			customer_overview.history,
			OVERVIEW_READERS,
			"What there was between us and a customer, by pages",
		),
	),
	_overview(
		"/360/invoices",
		GET=(customer_invoices.index, CREDIT_READERS, "A customer's invoices, by pages"),
	),
	_overview(
		"/360/invoices.xlsx",
		GET=(customer_invoices.export, CREDIT_READERS, "A customer's invoices as a workbook"),
	),
	_overview("/tier", POST=(customer_overview.change_tier, TIER_GIVERS, "Give a customer another tier")),
	_overview(
		"/360/credit/ledger",
		GET=(
			customer_credit.ledger,
			OVERVIEW_READERS,
			"The customer's entries in a company's ledger, by pages",
		),
	),
	_overview(
		"/credit-requests",
		GET=(customer_credit.requests, CREDIT_ASKERS, "What was asked for this customer's credit limit"),
		POST=(customer_credit.ask, CREDIT_ASKERS, "Ask for another credit limit"),
	),
	_overview(
		"/credit-requests/<name>/approve",
		POST=(
			customer_credit.approve,
			CREDIT_DECIDERS,
			"Give the credit limit that was asked for, or another",
		),
	),
	_overview(
		"/credit-requests/<name>/reject",
		POST=(customer_credit.reject, CREDIT_DECIDERS, "Reject a request for another credit limit"),
	),
	_overview(
		"/credit-requests/<name>/withdraw",
		POST=(customer_credit.withdraw, CREDIT_ASKERS, "Take back what one asked for"),
	),
	_overview(
		"/favourites/<path:item>",
		PUT=(favourites.mark, SELLERS, "Mark an item that the customer prefers"),
		DELETE=(favourites.unmark, SELLERS, "Take the mark away"),
	),
	_search("/search", GET=(customers.search, "Find a customer, whatever it is known in")),
	_registration("", public=True, POST=(registrations.create, (), "Register a company")),
	_registration(
		"/form", public=True, GET=(registrations.form, (), "What the form of a registration needs")
	),
	_registration(
		"/company/<cui>", public=True, GET=(registrations.company, (), "What ANAF knows of a company")
	),
	_registration("/cities", public=True, GET=(registrations.cities, (), "Names of cities of a county")),
	_registration("/status/<token>", public=True, GET=(registrations.show, (), "How a request stands")),
	_registration(
		"/status/<token>/answer", public=True, POST=(registrations.answer, (), "Answer the question")
	),
	_registration(
		"/status/<token>/withdraw", public=True, POST=(registrations.withdraw, (), "Withdraw the request")
	),
	_registration(
		"/status/<token>/resend",
		public=True,
		POST=(registrations.resend, (), "Send the confirmation mail again"),
	),
	_registration("/confirm", public=True, POST=(registrations.confirm, (), "Confirm the e-mail address")),
	_registration(
		"/confirm/resend",
		public=True,
		POST=(registrations.resend_confirmation, (), "Ask for another confirmation"),
	),
	_registration("/welcome", public=True, POST=(registrations.open_welcome, (), "Go and choose a password")),
	_registration(
		"/welcome/resend",
		public=True,
		POST=(registrations.resend_welcome, (), "Ask for another welcome mail"),
	),
	_registration(
		"/counts", GET=(registrations.counts, REGISTRATION_READERS, "How many requests there are, by status")
	),
	_registration(
		"/bulk", POST=(registrations.decide_many, REGISTRATION_DECIDERS, "Approve or reject many requests")
	),
	_registration(
		"/bulk/<job>", GET=(registrations.bulk_progress, REGISTRATION_DECIDERS, "How far many decisions are")
	),
	_registration(
		"/<name>/review",
		GET=(registrations.review, REGISTRATION_READERS, "All that helps to decide about a request"),
	),
	_registration(
		"/<name>/approve", POST=(registrations.approve, REGISTRATION_DECIDERS, "Approve a request")
	),
	_registration("/<name>/reject", POST=(registrations.reject, REGISTRATION_DECIDERS, "Reject a request")),
	_registration(
		"/<name>/ask", POST=(registrations.ask, REGISTRATION_DECIDERS, "Ask the applicant a question")
	),
	_registration("/<name>/look", POST=(registrations.look, REGISTRATION_DECIDERS, "Ask ANAF again")),
	_registration(
		"/<name>/erase",
		POST=(registrations.erase, REGISTRATION_DECIDERS, "Erase the personal data of a request"),
	),
	_search("/select", POST=(customer_selection.select, "Make a found company the Customer to quote")),
	_search("/company", GET=(customer_selection.company, "What ANAF says of a CUI, before it is made")),
	_portal("/company", GET=(portal.company, "The buyer's companies")),
	_portal("/favourites", features.OVERVIEW, GET=(favourites.buyers, "The items that the buyer marked")),
	_portal(
		"/favourites/<path:item>",
		features.OVERVIEW,
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
	Route(
		f"{BASE}/openapi.json",
		None,
		{"GET": Operation(description.show, API_READERS, "This description of the API")},
	),
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
