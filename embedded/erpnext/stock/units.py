"""How units convert.

ERPNext v15 has `get_conversion_factor` in `erpnext.stock.get_item_details` and `get_uom_conv_factor` in
`erpnext.stock.doctype.item.item`, from where they can be imported too."""

import frappe


@frappe.whitelist()
def get_conversion_factor(item_code: str, uom: str) -> dict[str, float]:
	"""Stock units in one `uom`: as the item says, else as the units convert, else 1."""
	variant_of, stock_uom = frappe.get_cached_value("Item", item_code, ["variant_of", "stock_uom"])
	factor = frappe.db.get_value(
		"UOM Conversion Detail",
		{"parent": ["in", [item_code, variant_of] if variant_of else [item_code]], "uom": uom},
		"conversion_factor",
	)
	return {"conversion_factor": factor or get_uom_conv_factor(uom, stock_uom) or 1.0}


@frappe.whitelist()
def get_uom_conv_factor(uom: str | None, stock_uom: str | None) -> float | None:
	"""`stock_uom` in one `uom`, by a UOM Conversion Factor, its inverse, or two that share a unit."""
	if uom == stock_uom:
		return 1.0
	factor = _factor(uom, stock_uom)
	if factor:
		return factor
	inverse = _factor(stock_uom, uom)
	if inverse:
		return 1 / inverse
	first = frappe.qb.DocType("UOM Conversion Factor").as_("first")
	second = frappe.qb.DocType("UOM Conversion Factor").as_("second")
	shared = (
		frappe.qb.from_(first)
		.join(second)
		.on(first.from_uom == second.from_uom)
		.select(first.value, second.value)
		.where((first.to_uom == stock_uom) & (second.to_uom == uom))
		.limit(1)
	).run()
	return shared[0][0] / shared[0][1] if shared else None


def _factor(from_uom: str | None, to_uom: str | None) -> float | None:
	return frappe.db.get_value("UOM Conversion Factor", {"from_uom": from_uom, "to_uom": to_uom}, "value")
