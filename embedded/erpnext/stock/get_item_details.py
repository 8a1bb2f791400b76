"""What a row gets from its item: name, unit, price, tax template, discount. As ERPNext v15's
`erpnext.stock.get_item_details`, for selling."""

import json
from collections.abc import Mapping

import erpnext
import frappe
from erpnext.accounts.doctype.pricing_rule.pricing_rule import (
	get_pricing_rule_for_item,
	set_transaction_type,
)
from erpnext.controllers.tax_rows import validate_conversion_rate
from erpnext.setup.doctype.brand.brand import get_brand_defaults
from erpnext.setup.doctype.item_group.item_group import get_item_group_defaults
from erpnext.setup.utils import get_exchange_rate
from erpnext.stock.doctype.item.item import own_defaults, validate_end_of_life
from erpnext.stock.doctype.price_list.price_list import get_price_list_details
from erpnext.stock.item_tax import get_item_tax_map, get_item_tax_template
from erpnext.stock.units import get_conversion_factor
from frappe import _
from frappe.model import child_table_fields, default_fields
from frappe.model.document import Document
from frappe.query_builder.functions import IfNull
from frappe.utils import cint, cstr, flt

__all__ = [
	"get_conversion_factor",
	"get_item_details",
	"get_item_price",
	"get_item_tax_map",
	"get_item_tax_template",
	"get_price_list_rate_for",
	"insert_item_price",
]

ALWAYS = ("2000-01-01", "2500-12-31")
NOT_A_ROWS = frozenset((*default_fields, *child_table_fields))


@frappe.whitelist()
def get_item_details(
	args: str | dict,
	doc: str | dict | Document | None = None,
	for_validate: bool | str = False,
	overwrite_warehouse: bool | str = True,
) -> dict:
	"""A row's values by field name. `args` holds the document's and the row's values together; `doc` is the document
	itself, which conditions of pricing rules look at."""
	args = process_args(args)
	for_validate, overwrite_warehouse = sbool(for_validate), sbool(overwrite_warehouse)
	if isinstance(doc, str):
		doc = json.loads(doc)
	if doc:
		args.transaction_date = doc.get("transaction_date") or doc.get("posting_date")
	item = frappe.get_cached_doc("Item", args.item_code)
	validate_item_details(args, item)

	out = get_basic_details(args, item, overwrite_warehouse)
	get_item_tax_template(args, item, out)
	out.item_tax_rate = get_item_tax_map(args.company, out.get("item_tax_template") or args.item_tax_template)
	set_customer_item_code(args, item, out)
	out.update(get_price_list_rate(args, item))
	for key, value in out.items():
		if args.get(key) is None:
			args[key] = value
	out.update(get_pricing_rule_for_item(args, doc=doc, for_validate=for_validate))
	return frappe._dict((key, value) for key, value in out.items() if key not in NOT_A_ROWS)


def sbool(value: bool | str) -> bool:
	return json.loads(value) if isinstance(value, str) else bool(value)


def process_args(args: str | dict) -> frappe._dict:
	args = frappe._dict(json.loads(args) if isinstance(args, str) else args)
	args.price_list = args.price_list or args.selling_price_list
	set_transaction_type(args)
	return args


def validate_item_details(args: Mapping, item: Document) -> None:
	if not args.get("company"):
		frappe.throw(_("Please specify Company"))
	validate_end_of_life(item.name, item.end_of_life, item.disabled)
	if cint(item.has_variants):
		frappe.throw(
			_("Item {0} is a template, please select one of its variants").format(item.name),
			title=_("Template Item Selected"),
		)


def get_basic_details(args: frappe._dict, item: Document, overwrite_warehouse: bool = True) -> frappe._dict:
	"""What does not depend on a price. Sets uom, stock_uom, conversion_factor and stock_qty in `args` too."""
	defaults = (
		own_defaults(item.item_defaults, args.company),
		get_item_group_defaults(item.name, args.company),
		get_brand_defaults(item.name, args.company),
	)

	args.uom = args.uom or item.sales_uom or item.stock_uom
	args.stock_uom = item.stock_uom
	if item.stock_uom == args.uom:
		args.conversion_factor = 1.0
	else:
		args.conversion_factor = (
			args.conversion_factor or get_conversion_factor(item.name, args.uom)["conversion_factor"]
		)
	qty = flt(args.qty) or 1.0
	args.stock_qty = qty * args.conversion_factor
	return frappe._dict(
		item_code=item.name,
		item_name=item.item_name,
		description=cstr(item.description).strip(),
		image=cstr(item.image).strip(),
		item_group=item.item_group,
		brand=item.brand,
		warehouse=get_item_warehouse(args, defaults, overwrite_warehouse),
		cost_center=get_default_cost_center(args, defaults),
		uom=args.uom,
		stock_uom=item.stock_uom,
		conversion_factor=args.conversion_factor,
		qty=qty,
		stock_qty=args.stock_qty,
		price_list_rate=0.0,
		base_price_list_rate=0.0,
		rate=0.0,
		base_rate=0.0,
		amount=0.0,
		base_amount=0.0,
		net_rate=0.0,
		net_amount=0.0,
		discount_percentage=0.0,
		discount_amount=flt(args.discount_amount),
		transaction_date=args.transaction_date,
	)


def get_item_warehouse(
	args: Mapping, defaults: tuple[Mapping, ...], overwrite_warehouse: bool = True
) -> str | None:
	"""The row's own, unless it may be overwritten; the document's; the item's, its group's, its brand's default;
	the site's."""
	if args.get("warehouse") and not overwrite_warehouse:
		return args["warehouse"]
	candidates = [args.get("set_warehouse"), *(source.get("default_warehouse") for source in defaults)]
	warehouse = next(filter(None, candidates), None) or args.get("warehouse")
	if warehouse:
		return warehouse
	of_site = frappe.db.get_single_value("Stock Settings", "default_warehouse")
	for candidate in (frappe.defaults.get_defaults().get("default_warehouse"), of_site):
		if candidate and frappe.get_cached_value("Warehouse", candidate, "company") == args.get("company"):
			return candidate
	return None


def get_default_cost_center(args: Mapping, defaults: tuple[Mapping, ...]) -> str | None:
	cost_center = next(filter(None, (source.get("selling_cost_center") for source in defaults)), None)
	cost_center = cost_center or args.get("cost_center")
	if cost_center and frappe.get_cached_value("Cost Center", cost_center, "company") != args.get("company"):
		return None
	return cost_center or erpnext.get_default_cost_center(args.get("company"))


def set_customer_item_code(args: Mapping, item: Document, out: dict) -> None:
	"""What the customer, or its group, calls the item."""
	if args.get("transaction_type") != "selling" or not args.get("customer"):
		return
	out["customer_item_code"] = None
	if args.get("quotation_to") and args["quotation_to"] != "Customer":
		return
	group = frappe.get_cached_value("Customer", args["customer"], "customer_group")
	for row in item.get("customer_items"):
		if row.customer_name == args["customer"]:
			out["customer_item_code"] = row.ref_code
			return
		if row.customer_group == group and not row.customer_name and not out["customer_item_code"]:
			out["customer_item_code"] = row.ref_code


# Prices


def get_price_list_rate(args: frappe._dict, item: Document) -> frappe._dict:
	"""`price_list_rate` in the document's currency; nothing where no price is recorded.

	In that case a rate given by hand becomes the item's price, where Stock Settings say so."""
	out = frappe._dict()
	if not args.price_list_currency or not args.plc_conversion_rate:
		args.update(get_price_list_currency_and_exchange_rate(args))
	check_conversion_rates(args)
	rate = get_price_list_rate_for(args, item.name)
	if rate is None and item.variant_of:
		rate = get_price_list_rate_for(args, item.variant_of)
	if rate is None or frappe.db.get_single_value("Stock Settings", "update_existing_price_list_rate"):
		insert_item_price(args)
	if rate is not None:
		out.price_list_rate = flt(rate) * flt(args.plc_conversion_rate) / flt(args.conversion_rate)
	return out


def check_conversion_rates(args: frappe._dict) -> None:
	company_currency = erpnext.get_company_currency(args.company)
	meta = frappe.get_meta(args.parenttype or args.doctype)
	if not args.conversion_rate and args.currency == company_currency:
		args.conversion_rate = 1.0
	# 1 between two currencies is taken for "not given".
	if args.conversion_rate == 1 and args.currency != company_currency:
		args.conversion_rate = (
			get_exchange_rate(args.currency, company_currency, args.transaction_date, "for_buying") or 1.0
		)
	validate_conversion_rate(
		args.currency, args.conversion_rate, meta.get_label("conversion_rate"), args.company
	)
	if args.price_list:
		if not args.price_list_currency:
			frappe.throw(_("Price List Currency not selected"))
		validate_conversion_rate(
			args.price_list_currency,
			args.plc_conversion_rate,
			meta.get_label("plc_conversion_rate"),
			args.company,
		)


def get_item_price(args: Mapping, item_code: str, ignore_party: bool = False) -> list[tuple]:
	"""(name, rate, uom) of the prices for the list, the unit (or any), the customer (or none) and the date, the
	best first."""
	price = frappe.qb.DocType("Item Price")
	query = (
		frappe.qb.from_(price)
		.select(price.name, price.price_list_rate, price.uom)
		.where(price.item_code == item_code)
		.where(price.price_list == args.get("price_list"))
		.where(IfNull(price.uom, "").isin(["", args.get("uom")]))
		.orderby(price.valid_from, order=frappe.qb.desc)
		.orderby(price.uom, order=frappe.qb.desc)
	)
	if not ignore_party:
		query = query.where(IfNull(price.customer, "") == cstr(args.get("customer")))
	if on := args.get("transaction_date"):
		query = query.where(IfNull(price.valid_from, ALWAYS[0]) <= on).where(
			IfNull(price.valid_upto, ALWAYS[1]) >= on
		)
	return query.run()


def get_price_list_rate_for(args: Mapping, item_code: str) -> float | None:
	"""The customer's own price (in its packing unit), else the general one for the unit, else for the stock unit,
	converted."""
	wanted = {key: args.get(key) for key in ("price_list", "customer", "uom", "transaction_date")}
	prices = get_item_price(wanted, item_code)
	if prices:
		if not args.get("qty") or not check_packing_list(prices[0][0], args.get("qty")):
			return None
	else:
		wanted["customer"] = None
		prices = get_item_price(wanted, item_code)
		if not prices and args.get("uom") != args.get("stock_uom"):
			wanted["uom"] = args.get("stock_uom")
			prices = get_item_price(wanted, item_code)
	if not prices:
		return None
	_name, rate, uom = prices[0]
	if uom == args.get("uom") or args.get("price_list_uom_dependant"):
		return rate
	return flt(rate * flt(args.get("conversion_factor") or 1))


def check_packing_list(item_price: str, qty: float) -> bool:
	packing_unit = frappe.db.get_value("Item Price", item_price, "packing_unit")
	return not packing_unit or qty % packing_unit == 0


def insert_item_price(args: frappe._dict) -> None:
	"""Keep a rate given by hand as the item's price, in the price list's currency and the stock unit."""
	if not (args.price_list and args.rate):
		return
	settings = frappe.get_cached_doc("Stock Settings")
	if (
		frappe.get_cached_value("Price List", args.price_list, "currency") != args.currency
		or not settings.auto_insert_price_list_rate_if_missing
		or not frappe.has_permission("Item Price", "write")
	):
		return
	by_price_list_rate = settings.update_price_list_based_on == "Price List Rate"
	key = {
		"item_code": args.item_code,
		"price_list": args.price_list,
		"currency": args.currency,
		"uom": args.stock_uom,
	}
	existing = frappe.db.get_value("Item Price", key, ["name", "price_list_rate"], as_dict=True)
	if existing:
		rate = _per_stock_unit(args, args.price_list_rate if by_price_list_rate else args.rate)
		if settings.update_existing_price_list_rate and rate and rate != existing.price_list_rate:
			frappe.db.set_value("Item Price", existing.name, "price_list_rate", rate)
			_tell_of_price(_("Item Price updated for {0} in Price List {1}"), args)
		return
	rate = _per_stock_unit(
		args, (flt(args.price_list_rate) or args.rate) if by_price_list_rate else args.rate
	)
	frappe.get_doc({"doctype": "Item Price", **key, "price_list_rate": rate}).insert()
	_tell_of_price(_("Item Price added for {0} in Price List {1}"), args)


def _per_stock_unit(args: Mapping, rate: float) -> float:
	return flt(rate) / (args.get("conversion_factor") or 1)


def _tell_of_price(message: str, args: Mapping) -> None:
	frappe.msgprint(message.format(args["item_code"], args["price_list"]), alert=True)


def get_price_list_currency_and_exchange_rate(args: frappe._dict) -> frappe._dict:
	if not args.price_list:
		return frappe._dict()
	details = get_price_list_details(args.price_list)
	currency, rate = details.get("currency"), args.plc_conversion_rate
	if not rate or (args.price_list_currency and currency != args.price_list_currency):
		rate = (
			get_exchange_rate(
				currency, erpnext.get_company_currency(args.company), args.transaction_date, "for_selling"
			)
			or rate
		)
	return frappe._dict(price_list_currency=currency, plc_conversion_rate=rate or 1)
