"""As ERPNext v15's `erpnext.stock.doctype.item.item`: what an item must be, and its units."""

import erpnext
import frappe
from erpnext.stock.units import get_uom_conv_factor
from frappe import _
from frappe.model.document import Document
from frappe.model.naming import set_name_by_naming_series
from frappe.utils import cint, cstr, flt, formatdate, getdate, strip_html

__all__ = ["Item", "get_item_defaults", "get_uom_conv_factor", "validate_end_of_life"]

DEFAULT_FIELDS = (
	"company",
	"default_warehouse",
	"default_price_list",
	"selling_cost_center",
	"income_account",
)


class Item(Document):
	def autoname(self) -> None:
		if frappe.db.get_default("item_naming_by") == "Naming Series":
			set_name_by_naming_series(self)
			self.item_code = self.name
		self.item_code = cstr(self.item_code).strip()
		self.name = self.item_code

	def validate(self) -> None:
		self.item_name = self.item_name or self.item_code
		if not strip_html(cstr(self.description)).strip():
			self.description = self.item_name
		self.add_stock_uom()
		self.validate_conversion_factors()
		self.customer_code = ",".join(dict.fromkeys(row.ref_code for row in self.customer_items))
		validate_item_taxes(self.taxes)
		self.take_defaults_from_item_group()
		self.validate_item_defaults()

	def after_insert(self) -> None:
		"""The standard rate given at creation becomes the item's first price."""
		if self.standard_rate:
			for default in self.item_defaults or [frappe._dict()]:
				self.add_price(default.default_price_list)

	def on_update(self) -> None:
		price = frappe.qb.DocType("Item Price")
		(
			frappe.qb.update(price)
			.set(price.item_name, self.item_name)
			.set(price.item_description, self.description)
			.set(price.brand, self.brand)
			.where(price.item_code == self.name)
		).run()

	def on_trash(self) -> None:
		frappe.db.delete("Item Price", {"item_code": self.name})

	def before_rename(self, old: str, new: str, merge: bool = False) -> None:
		if self.item_name == old:
			frappe.db.set_value("Item", old, "item_name", new)

	def after_rename(self, old: str, new: str, merge: bool = False) -> None:
		frappe.db.set_value("Item", new, "item_code", new)

	def add_price(self, price_list: str | None = None) -> None:
		price_list = (
			price_list
			or frappe.db.get_single_value("Selling Settings", "selling_price_list")
			or frappe.db.get_value("Price List", _("Standard Selling"))
		)
		if price_list:
			frappe.get_doc(
				{
					"doctype": "Item Price",
					"price_list": price_list,
					"item_code": self.name,
					"uom": self.stock_uom,
					"brand": self.brand,
					"currency": erpnext.get_default_currency(),
					"price_list_rate": self.standard_rate,
				}
			).insert()

	def add_stock_uom(self) -> None:
		"""The stock unit is among the units; another stock unit makes the other factors void."""
		if not self.is_new() and self.has_value_changed("stock_uom"):
			self.uoms = []
			frappe.msgprint(
				_("Successfully changed Stock UOM, please redefine conversion factors for new UOM."),
				alert=True,
			)
		if self.stock_uom not in {row.uom for row in self.uoms}:
			self.append("uoms", {"uom": self.stock_uom, "conversion_factor": 1})

	def validate_conversion_factors(self) -> None:
		seen = set()
		for row in self.uoms:
			if row.uom in seen:
				frappe.throw(
					_(
						"Unit of Measure {0} has been entered more than once in Conversion Factor Table"
					).format(row.uom)
				)
			seen.add(row.uom)
			if row.uom == self.stock_uom and flt(row.conversion_factor) != 1:
				frappe.throw(
					_("Conversion factor for default Unit of Measure must be 1 in row {0}").format(row.idx)
				)

	def take_defaults_from_item_group(self) -> None:
		if self.item_defaults or not self.item_group:
			return
		for row in frappe.get_all("Item Default", {"parent": self.item_group}, DEFAULT_FIELDS):
			self.append("item_defaults", row)

	def validate_item_defaults(self) -> None:
		if len({row.company for row in self.item_defaults}) != len(self.item_defaults):
			frappe.throw(_("Cannot set multiple Item Defaults for a company."))
		validate_item_default_company_links(self.item_defaults)


def validate_item_taxes(taxes: list[Document]) -> None:
	"""A template once for each tax category, in a range that is one."""
	seen = set()
	for row in taxes:
		key = (row.item_tax_template, row.tax_category)
		if key in seen:
			frappe.throw(_("{0} entered twice {1} in Item Taxes").format(frappe.bold(key[0]), cstr(key[1])))
		seen.add(key)
		if flt(row.maximum_net_rate) < flt(row.minimum_net_rate):
			frappe.throw(
				_("Taxes row #{0}: {1} cannot be smaller than {2}").format(
					row.idx,
					frappe.bold(_(row.meta.get_label("maximum_net_rate"))),
					frappe.bold(_(row.meta.get_label("minimum_net_rate"))),
				)
			)


def validate_item_default_company_links(rows: list[Document]) -> None:
	"""A default warehouse, account or cost center is the company's own."""
	for row in rows:
		for doctype, fieldname in (
			("Warehouse", "default_warehouse"),
			("Cost Center", "selling_cost_center"),
			("Account", "income_account"),
		):
			name = row.get(fieldname)
			if name and frappe.get_cached_value(doctype, name, "company") != row.company:
				frappe.throw(
					_("Row #{}: {} {} doesn't belong to Company {}. Please select valid {}.").format(
						row.idx, doctype, frappe.bold(name), frappe.bold(row.company), frappe.bold(doctype)
					),
					title=_("Invalid Item Defaults"),
				)


def get_item_defaults(item_code: str, company: str) -> dict:
	"""The item's values, and its defaults for the company among them."""
	item = frappe.get_cached_doc("Item", item_code)
	return item.as_dict() | own_defaults(item.item_defaults, company)


def own_defaults(rows: list[Document] | None, company: str) -> dict:
	"""The values of the Item Default row of this company."""
	for row in rows or []:
		if row.company == company:
			values = row.as_dict()
			values.pop("name", None)
			return values
	return {}


def validate_end_of_life(item_code: str, end_of_life: str | None = None, disabled: int | None = None) -> None:
	if not end_of_life or disabled is None:
		end_of_life, disabled = frappe.get_cached_value("Item", item_code, ["end_of_life", "disabled"])
	if end_of_life and getdate(end_of_life) <= getdate():
		frappe.throw(
			_("Item {0} has reached its end of life on {1}").format(item_code, formatdate(end_of_life))
		)
	if cint(disabled):
		frappe.throw(_("Item {0} is disabled").format(item_code))
