"""Who may do what: what was decided, said once more than the DocType files and the routes say it, so that the tests can
hold these to it. docs/permissions.md is made of it: `./dev permissions`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

MANAGER = "B2B Manager"
SALES = "B2B Sales"
AUDITOR = "B2B Auditor"
SYSTEM = "System Manager"
SALES_USER = "Sales User"
SALES_MANAGER = "Sales Manager"
ACCOUNTS_USER = "Accounts User"
ACCOUNTS_MANAGER = "Accounts Manager"
BUYER = "Customer"
NOBODY = "no role"
GUEST = "Guest"

OURS = (MANAGER, SALES, AUDITOR)
EVERYBODY = (
	*OURS,
	SYSTEM,
	SALES_USER,
	SALES_MANAGER,
	ACCOUNTS_USER,
	ACCOUNTS_MANAGER,
	BUYER,
	NOBODY,
	GUEST,
)

RIGHTS = (
	"read",
	"create",
	"write",
	"submit",
	"cancel",
	"delete",
	"export",
	"import",
	"report",
	"share",
	"print",
	"email",
)

# whoever reads prints: Frappe asks for one of the two
LOOK = frozenset({"read", "print"})
LIST = LOOK | {"report"}
TAKE = LIST | {"export"}
MAIL = frozenset({"email"})
CHANGE = frozenset({"write"})
MAKE = frozenset({"create", "write", "delete"})

Rights = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Doctype:
	"""`rights`: what each role may do with it; who is not named, nothing. `follows`: a document of it is shown to who
	may read the ERPNext documents that it is about, and to those in `whatever`. `own`: who is shown only what he asked
	for himself."""

	what: str
	rights: Rights
	follows: tuple[str, ...] = ()
	whatever: tuple[str, ...] = ()
	own: tuple[str, ...] = ()
	is_single: bool = False


# those of ERPNext's roles above that read these documents
READERS = {
	"Customer": (SALES_USER, SALES_MANAGER, ACCOUNTS_USER, ACCOUNTS_MANAGER),
	"Quotation": (SALES_USER, SALES_MANAGER),
	"Company": (SYSTEM, SALES_USER, ACCOUNTS_USER, ACCOUNTS_MANAGER),
}

_OF_QUOTATIONS = {
	MANAGER: TAKE | MAIL,
	SYSTEM: TAKE | MAIL,
	SALES: LIST | MAIL,
	SALES_USER: LIST | MAIL,
	SALES_MANAGER: TAKE | MAIL,
}
_TAKEN_BY_SALES = dict.fromkeys((MANAGER, SYSTEM, SALES, SALES_USER, SALES_MANAGER), TAKE)
_TAKEN_BY_MANAGERS = dict.fromkeys((MANAGER, SYSTEM), TAKE)
_OF_MANAGERS = dict.fromkeys((MANAGER, SYSTEM), LOOK)

DOCTYPES = {
	"B2B Settings": Doctype(
		"switches, rules, defaults",
		{SYSTEM: LOOK | CHANGE | MAIL, MANAGER: LOOK},
		is_single=True,
	),
	"B2B Registration": Doctype(
		"a company's request. Only what it will be given and the internal note are written by hand",
		{MANAGER: TAKE | CHANGE | MAIL, SYSTEM: TAKE | CHANGE, SALES: LIST},
	),
	"B2B Tier": Doctype(
		"discount, price list and terms of a kind of customers",
		{
			MANAGER: TAKE | MAKE | MAIL,
			SYSTEM: TAKE | MAKE | MAIL,
			SALES: LIST,
			SALES_USER: LOOK,
			SALES_MANAGER: LOOK,
		},
	),
	"Credit Limit Request": Doctype(
		"a request for another limit; made and decided with its buttons",
		{**_TAKEN_BY_SALES, AUDITOR: TAKE},
		follows=("Customer", "Company"),
		whatever=(AUDITOR,),
		own=(SALES_USER,),
	),
	"SmartBill Account": Doctype(
		"credentials and maps of a company",
		# the export is Frappe's: a System Manager takes out what he reads. Passwords are never in it
		{SYSTEM: TAKE | MAKE, MANAGER: LIST},
	),
	"SmartBill Proforma": Doctype("the proforma of a Quotation", _OF_QUOTATIONS, follows=("Quotation",)),
	"SmartBill Invoice": Doctype("its SmartBill invoice", _OF_QUOTATIONS, follows=("Quotation",)),
	"SmartBill Issue Run": Doctype(
		"proformas of many Quotations at once", _TAKEN_BY_SALES, own=(SALES, SALES_USER, SALES_MANAGER)
	),
	"SmartBill Call": Doctype("one call to SmartBill, masked", {SYSTEM: TAKE | {"delete"}, MANAGER: LIST}),
	"SmartBill Client": Doctype(
		"a client as SmartBill knows it", {**_TAKEN_BY_MANAGERS, SALES: LOOK}, follows=("Customer",)
	),
	"SmartBill Sync Run": Doctype("one reading of SmartBill's clients", _TAKEN_BY_MANAGERS),
	"Customer Sync Conflict": Doctype(
		"what SmartBill and ERPNext disagree about", _TAKEN_BY_MANAGERS, follows=("Customer",)
	),
	"Customer External Link": Doctype(
		"which Customer a record elsewhere is", {**_TAKEN_BY_MANAGERS, SALES: LOOK}, follows=("Customer",)
	),
	"Customer Item Preference": Doctype(
		"an item that a customer prefers; marked in Customer 360", _TAKEN_BY_SALES, follows=("Customer",)
	),
	"Item Recommendation": Doctype("an item to offer to a customer", _TAKEN_BY_SALES, follows=("Customer",)),
	"Item Association": Doctype("items that are bought together", _TAKEN_BY_MANAGERS),
	"Item Recommendation State": Doctype("how far these were computed", _OF_MANAGERS, is_single=True),
	"Quotation Response": Doctype("what a buyer answered", _TAKEN_BY_SALES, follows=("Quotation",)),
	"Customer Search Index": Doctype("how the search's index is", _OF_MANAGERS, is_single=True),
	"Business Event": Doctype(
		"who did what; nobody writes one by hand",
		{SYSTEM: TAKE, AUDITOR: TAKE, MANAGER: TAKE},
		# as the document that it is about: the tests' are about a Customer
		follows=("Customer",),
		whatever=(AUDITOR, SYSTEM),
	),
}

# rows of tables: read and written with their document only
ROWS = {
	"B2B Allowed Country": "B2B Settings",
	"B2B Registration Document": "B2B Registration",
	"B2B Registration Message": "B2B Registration",
	"SmartBill Issue Run Row": "SmartBill Issue Run",
	"SmartBill Unit": "SmartBill Account",
	"SmartBill VAT Rate": "SmartBill Account",
}


@dataclass(frozen=True)
class Level:
	"""Fields that fewer read than read the rest; nobody writes them."""

	fields: tuple[str, ...]
	readers: tuple[str, ...]


LEVELS = {
	"Credit Limit Request": Level(
		("current_limit", "current_source"), (MANAGER, SYSTEM, SALES, SALES_MANAGER, AUDITOR)
	),
	"Business Event": Level(("personal", "who"), (SYSTEM, MANAGER, AUDITOR)),
	"SmartBill Client": Level(("personal_code",), (MANAGER,)),
	"Customer Sync Conflict": Level(("candidates",), ()),
}

SELLING = (SALES_USER, SALES_MANAGER, SALES, MANAGER, SYSTEM)
MANAGING = (MANAGER, SYSTEM)
DECIDING = (MANAGER,)
SHOWN_CREDIT = (MANAGER, SALES, SALES_MANAGER, ACCOUNTS_USER, ACCOUNTS_MANAGER, SYSTEM)
LOOKING_AT_CUSTOMERS = (*SHOWN_CREDIT, SALES_USER)
READING_REGISTRATIONS = (MANAGER, SALES, SYSTEM)
BUYING = (BUYER,)
AT_THE_DESK = tuple(role for role in EVERYBODY if role not in (BUYER, NOBODY, GUEST))

# what the desk's own screens call, past the routes, by its place in the app
_ACCOUNT = "doctype.smartbill_account.smartbill_account"
METHODS = {
	f"{_ACCOUNT}.SmartBillAccount.health": MANAGING,
	f"{_ACCOUNT}.SmartBillAccount.test_connection": (SYSTEM,),
	f"{_ACCOUNT}.SmartBillAccount.read_lists": (SYSTEM,),
	f"{_ACCOUNT}.SmartBillAccount.suggest_maps": (SYSTEM,),
	f"{_ACCOUNT}.SmartBillAccount.go_live": (SYSTEM,),
	f"{_ACCOUNT}.SmartBillAccount.switch_to_spare_series": MANAGING,
	f"{_ACCOUNT}.SmartBillAccount.clear_counter_notice": MANAGING,
	f"{_ACCOUNT}.health_of": MANAGING,
	f"{_ACCOUNT}.maps_for": (SYSTEM,),
	"doctype.customer_search_index.customer_search_index.build_again": (SYSTEM,),
	"report.business_events.business_events.choices": (AUDITOR, MANAGER, SYSTEM),
	# the figures of the workspace; System Managers are shown every chart, of Quotations an empty one
	"charts.proformas_by_week": SELLING,
	"charts.quotations_converted": (SALES_USER, SALES_MANAGER, SYSTEM),
	"charts.registrations_by_outcome": READING_REGISTRATIONS,
	"charts.overdue_proformas": SELLING,
	# of a proforma
	"smartbill.history.of_document": READERS["Quotation"],
	# as Frappe's own search of Customers
	"customers.search.link_field.customers": READERS["Customer"],
}
REPORTS = {"SmartBill Reconciliation": MANAGING, "Business Events": (AUDITOR, MANAGER, SYSTEM)}

# Routes

_PROFORMA = "/quotations/<quotation>/smartbill/proforma"
_CUSTOMER = "/customers/<customer>"

# title -> (method, path below /api/v1) -> who gets further than the door
ENDPOINTS: Mapping[str, Mapping[tuple[str, str], tuple[str, ...]]] = {
	"Proformas and invoices": {
		("GET", _PROFORMA): SELLING,
		("POST", _PROFORMA): SELLING,
		("POST", f"{_PROFORMA}/check"): SELLING,
		("POST", f"{_PROFORMA}/settle"): MANAGING,
		("POST", f"{_PROFORMA}/pdf"): SELLING,
		("POST", f"{_PROFORMA}/cancel"): SELLING,
		("POST", f"{_PROFORMA}/restore"): SELLING,
		("GET", f"{_PROFORMA}/email"): SELLING,
		("POST", f"{_PROFORMA}/email"): SELLING,
		("POST", f"{_PROFORMA}/invoice"): DECIDING,
		("POST", f"{_PROFORMA}/invoice/settle"): MANAGING,
		("POST", f"{_PROFORMA}/follow"): SELLING,
		("POST", f"{_PROFORMA}/link"): MANAGING,
		("POST", f"{_PROFORMA}/unlink"): MANAGING,
		("POST", f"{_PROFORMA}/discard"): MANAGING,
		("POST", "/smartbill/runs"): SELLING,
		("GET", "/smartbill/runs/<run>"): SELLING,
		("POST", "/smartbill/runs/<run>/stop"): SELLING,
	},
	"SmartBill's clients": {
		("GET", "/smartbill/sync"): MANAGING,
		("POST", "/smartbill/sync"): MANAGING,
		("GET", "/smartbill/sync/<run>"): MANAGING,
		("POST", "/smartbill/sync/<run>/stop"): MANAGING,
		("POST", "/smartbill/imports"): MANAGING,
		("POST", "/smartbill/imports/preview"): MANAGING,
		("POST", "/smartbill/clients/<client>/link"): MANAGING,
		("POST", "/smartbill/clients/<client>/unlink"): MANAGING,
		("POST", "/smartbill/clients/<client>/release"): MANAGING,
		("GET", "/smartbill/conflicts"): MANAGING,
		("POST", "/smartbill/conflicts/bulk"): MANAGING,
		("GET", "/smartbill/conflicts/bulk/<job>"): MANAGING,
		("GET", "/smartbill/conflicts/<name>"): MANAGING,
		("POST", "/smartbill/conflicts/<name>/settle"): MANAGING,
	},
	"Customers": {
		("GET", "/customers/search"): SELLING,
		("POST", "/customers/select"): SELLING,
		("GET", "/customers/company"): SELLING,
		("GET", f"{_CUSTOMER}/360"): LOOKING_AT_CUSTOMERS,
		("GET", f"{_CUSTOMER}/360/essentials"): LOOKING_AT_CUSTOMERS,
		("GET", f"{_CUSTOMER}/360/history"): LOOKING_AT_CUSTOMERS,
		("GET", f"{_CUSTOMER}/360/invoices"): SHOWN_CREDIT,
		("GET", f"{_CUSTOMER}/360/invoices.xlsx"): SHOWN_CREDIT,
		("GET", f"{_CUSTOMER}/360/credit/ledger"): LOOKING_AT_CUSTOMERS,
		("POST", f"{_CUSTOMER}/tier"): MANAGING,
		("GET", f"{_CUSTOMER}/credit-requests"): SELLING,
		("POST", f"{_CUSTOMER}/credit-requests"): SELLING,
		("POST", f"{_CUSTOMER}/credit-requests/<name>/approve"): MANAGING,
		("POST", f"{_CUSTOMER}/credit-requests/<name>/reject"): MANAGING,
		("POST", f"{_CUSTOMER}/credit-requests/<name>/withdraw"): SELLING,
		("PUT", f"{_CUSTOMER}/favourites/<item>"): SELLING,
		("DELETE", f"{_CUSTOMER}/favourites/<item>"): SELLING,
	},
	"Registrations, by who decides about them": {
		("GET", "/registrations/counts"): READING_REGISTRATIONS,
		("GET", "/registrations/<name>/review"): READING_REGISTRATIONS,
		("POST", "/registrations/bulk"): DECIDING,
		("GET", "/registrations/bulk/<job>"): DECIDING,
		("POST", "/registrations/<name>/approve"): DECIDING,
		("POST", "/registrations/<name>/reject"): DECIDING,
		("POST", "/registrations/<name>/ask"): DECIDING,
		("POST", "/registrations/<name>/look"): DECIDING,
		("POST", "/registrations/<name>/erase"): DECIDING,
	},
	"Registrations, by whoever comes": {
		("POST", "/registrations"): EVERYBODY,
		("GET", "/registrations/form"): EVERYBODY,
		("GET", "/registrations/company/<cui>"): EVERYBODY,
		("GET", "/registrations/cities"): EVERYBODY,
		("GET", "/registrations/status/<token>"): EVERYBODY,
		("POST", "/registrations/status/<token>/answer"): EVERYBODY,
		("POST", "/registrations/status/<token>/withdraw"): EVERYBODY,
		("POST", "/registrations/status/<token>/resend"): EVERYBODY,
		("POST", "/registrations/confirm"): EVERYBODY,
		("POST", "/registrations/confirm/resend"): EVERYBODY,
		("POST", "/registrations/welcome"): EVERYBODY,
		("POST", "/registrations/welcome/resend"): EVERYBODY,
	},
	"The buyer's own": {
		("GET", "/portal/company"): BUYING,
		("GET", "/portal/favourites"): BUYING,
		("PUT", "/portal/favourites/<item>"): BUYING,
		("DELETE", "/portal/favourites/<item>"): BUYING,
		("GET", "/portal/quotations"): BUYING,
		("GET", "/portal/quotations/<quotation>"): BUYING,
		("POST", "/portal/quotations/<quotation>/response"): BUYING,
		("GET", "/portal/quotations/<quotation>/proforma.pdf"): BUYING,
	},
	"The site": {
		("GET", "/health"): (*MANAGING, AUDITOR),
		("GET", "/openapi.json"): AT_THE_DESK,
	},
}
