"""The chart of accounts that a company starts with: of ERPNext's "Standard" chart, the accounts that a selling
company's documents name."""

import frappe
from frappe import _
from frappe.utils.nestedset import rebuild_tree

# root: (root type, {account: its type, or the accounts below it}); "*" says a group's own type.
STANDARD = {
	"Application of Funds (Assets)": (
		"Asset",
		{
			"Current Assets": {
				"Accounts Receivable": {"Debtors": "Receivable"},
				"Bank Accounts": {"*": "Bank"},
				"Cash In Hand": {"*": "Cash", "Cash": "Cash"},
				"Stock Assets": {"*": "Stock", "Stock In Hand": "Stock"},
				"Tax Assets": {},
			},
		},
	),
	"Expenses": (
		"Expense",
		{
			"Direct Expenses": {"Stock Expenses": {"Cost of Goods Sold": "Cost of Goods Sold"}},
			"Indirect Expenses": {
				"Freight and Forwarding Charges": "Chargeable",
				"Marketing Expenses": "Chargeable",
				"Miscellaneous Expenses": "Chargeable",
				"Round Off": "Round Off",
				"Write Off": "",
				"Exchange Gain/Loss": "",
			},
		},
	),
	"Income": ("Income", {"Direct Income": {"Sales": "", "Service": ""}, "Indirect Income": {}}),
	"Source of Funds (Liabilities)": (
		"Liability",
		{
			"Current Liabilities": {
				"Accounts Payable": {"Creditors": "Payable"},
				"Duties and Taxes": {"*": "Tax"},
			},
		},
	),
	"Equity": ("Equity", {"Capital Stock": "Equity", "Opening Balance Equity": "Equity"}),
}
Node = dict[str, "str | Node"]


def create_charts(company: str) -> None:
	"""Insert the accounts; the tree is numbered once at the end."""
	frappe.local.flags.ignore_update_nsm = True
	try:
		for name, (root_type, children) in STANDARD.items():
			root = _insert(company, name, None, is_group=1, root_type=root_type)
			_insert_below(company, root, children)
	finally:
		frappe.local.flags.ignore_update_nsm = False
	rebuild_tree("Account")


def _insert_below(company: str, parent: str, children: Node) -> None:
	for name, node in children.items():
		if name == "*":
			continue
		if isinstance(node, str):
			_insert(company, name, parent, account_type=node)
		else:
			group = _insert(company, name, parent, is_group=1, account_type=node.get("*"))
			_insert_below(company, group, node)


def _insert(company: str, name: str, parent: str | None, **values) -> str:
	account = frappe.get_doc(
		{
			"doctype": "Account",
			"account_name": _(name),
			"company": company,
			"parent_account": parent,
			**values,
		}
	)
	account.flags.ignore_permissions = True
	# The parent is mandatory, and a root has none.
	account.flags.ignore_mandatory = not parent
	return account.insert().name
