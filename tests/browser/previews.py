"""Answers of the preview, as POST ...?dry_run=1 gives them."""

from typing import Any

TOTALS = {"net": 180.0, "vat": 37.8, "total": 217.8}
ROW = {
	"name": "Cablu demo",
	"code": "CAB",
	"description": "",
	"quantity": 10.0,
	"unit": "buc",
	"price": 20.0,
	"vat_name": "Normala",
	"vat_rate": 21.0,
	"net": 200.0,
	"vat": 42.0,
	"total": 242.0,
	"is_discount": False,
	"is_charge": False,
}
DISCOUNT = {
	**ROW,
	"name": "Discount Cablu demo",
	"quantity": None,
	"unit": "",
	"price": None,
	"net": -20.0,
	"vat": -4.2,
	"total": -24.2,
	"is_discount": True,
}


def check(level: str, message: str, field: str = "", doctype: str = "", name: str = "") -> dict[str, str]:
	return {"level": level, "message": message, "field": field, "doctype": doctype, "name": name}


def preview(**changes: Any) -> dict[str, Any]:
	return {
		"ready": True,
		"mode": "Live",
		"seller": {"name": "Demo Distribuție SRL", "cif": "RO12345674", "series": "PRFB2B"},
		"client": {
			"name": "Atelier Browser SRL",
			"vat_code": "RO98765438",
			"is_tax_payer": True,
			"reg_com": "",
			"address": "Str. Exemplu 7",
			"city": "Cluj-Napoca",
			"county": "Cluj",
			"country": "Romania",
			"email": "",
			"phone": "",
			"contact": "",
		},
		"issue_date": "2026-11-25",
		"due_date": "2026-11-25",
		"currency": "RON",
		"exchange_rate": 1,
		"language": "RO",
		"mentions": "Ref. SAL-QTN-2026-00001/1",
		"rows": [ROW, DISCOUNT],
		"vat": [{"name": "Normala", "rate": 21.0, "base": 180.0, "by_row": 37.8, "by_rate": 37.8}],
		"smartbill": {"by_row": TOTALS, "by_rate": TOTALS},
		"erpnext": {**TOTALS, "rounded_total": 0.0},
		"difference": 0.0,
		"tolerance": 0.05,
		"checks": [check("ok", "The client's data are complete.", "party_name")],
		**changes,
	}


def serve(page: Any, answer: dict[str, Any]) -> None:
	"""Let every preview on the page be `answer`."""
	page.route("**/smartbill/proforma?dry_run=1", lambda route: route.fulfill(json={"data": answer}))
