"""What the proforma of a Quotation would say, before anything is sent: rows, VAT, SmartBill's totals beside ERPNext's,
and everything that was checked. Writes nothing and calls nobody."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypedDict

from frappe import _

from erp_b2b_smartbill import clock
from erp_b2b_smartbill.smartbill import accounts, claim, modes
from erp_b2b_smartbill.smartbill.collect import read_account, read_offer
from erp_b2b_smartbill.smartbill.issue import describe, no_account
from erp_b2b_smartbill.smartbill.kinds import PROFORMA
from erp_b2b_smartbill.smartbill.mapping import Account, Finding, Mapped, Offer, RowKind, map_offer
from erp_b2b_smartbill.smartbill.totals import Amounts, Totals, compute, round_half_up

if TYPE_CHECKING:
	from frappe.model.document import Document

OK, NOTICE, PROBLEM = "ok", "notice", "problem"

# SmartBill's names of the client's fields -> ours
CLIENT = {
	"name": "name",
	"vatCode": "vat_code",
	"isTaxPayer": "is_tax_payer",
	"regCom": "reg_com",
	"address": "address",
	"city": "city",
	"county": "county",
	"country": "country",
	"email": "email",
	"phone": "phone",
	"contact": "contact",
}


class Check(TypedDict):
	"""`doctype` and `name` are the record to change, empty for the Quotation itself."""

	level: str
	message: str
	field: str
	doctype: str
	name: str


def preview_of(quotation: Document) -> dict[str, Any]:
	"""The preview of a Quotation as it is stored now. The caller has checked the user's rights. Raises NotReady where
	its company has no account that is switched on."""
	account_doc = accounts.account_of(quotation.company)
	if account_doc is None:
		raise no_account(quotation.company)
	offer, account = read_offer(quotation), read_account(account_doc)
	mapped = map_offer(
		offer, account, today=clock.today_in_romania(), reference=claim.reference_for(quotation.name)
	)
	view = preview(offer, account, mapped, mode=account_doc.mode)
	# a draft takes no number, so nothing stands in its way
	if account_doc.mode == modes.LIVE and (
		held := claim.unsettled_in_series(
			PROFORMA, account_doc.name, account_doc.proforma_series, quotation.name
		)
	):
		view["ready"] = False
		view["checks"].insert(0, {**held.problems[0], "level": PROBLEM})
	return view


def preview(offer: Offer, account: Account, mapped: Mapped, *, mode: str) -> dict[str, Any]:
	"""What was mapped, for people: amounts as numbers, findings as sentences in the reader's language.

	Where some rows could not be made, the others are shown and there are no totals.
	"""
	document = mapped.document
	amounts = compute([row.values for row in mapped.rows], document["precision"])
	prediction, comparison = mapped.prediction, mapped.comparison
	return {
		"ready": mapped.payload is not None,
		"mode": mode,
		"seller": {"name": account.name, "cif": account.cif, "series": account.series},
		"client": {ours: document["client"].get(theirs, "") for theirs, ours in CLIENT.items()},
		"issue_date": document["issueDate"],
		"due_date": document["dueDate"],
		"currency": offer.currency,
		"exchange_rate": float(document.get("exchangeRate", 1)),
		"language": document["language"],
		"mentions": document["mentions"],
		"rows": [_row(row.kind, row.values, one) for row, one in zip(mapped.rows, amounts, strict=True)],
		"vat": _vat(mapped, amounts) if prediction else [],
		"smartbill": prediction
		and {"by_row": _totals(prediction.by_row), "by_rate": _totals(prediction.by_rate)},
		"erpnext": {**_totals(mapped.erp), "rounded_total": _money(offer.rounded_total)},
		"difference": comparison and _money(comparison.difference),
		"tolerance": comparison and _money(comparison.tolerance),
		"checks": [
			*_findings(PROBLEM, mapped.problems),
			*_findings(NOTICE, mapped.notices),
			*_passed(mapped),
		],
	}


def _row(kind: RowKind, values: dict[str, Any], amounts: Amounts) -> dict[str, Any]:
	is_discount = kind is RowKind.DISCOUNT
	return {
		"name": values["name"],
		"code": values.get("code", ""),
		"description": values.get("productDescription", ""),
		"quantity": None if is_discount else float(values["quantity"]),
		"unit": "" if is_discount else values["measuringUnitName"],
		# a price may have more decimals than an amount
		"price": None if is_discount else float(values["price"]),
		"vat_name": values.get("taxName", ""),
		"vat_rate": float(values.get("taxPercentage", 0)),
		"net": _money(amounts.net),
		"vat": _money(amounts.vat),
		"total": _money(amounts.net + amounts.vat),
		"is_discount": is_discount,
		"is_charge": kind is RowKind.CHARGE,
	}


def _vat(mapped: Mapped, amounts: list[Amounts]) -> list[dict[str, Any]]:
	"""Base and VAT of each of the account's rates, the highest first."""
	groups: dict[tuple[str, Decimal], list[Amounts]] = {}
	for row, one in zip(mapped.rows, amounts, strict=True):
		groups.setdefault((row.values.get("taxName", ""), one.rate), []).append(one)
	return [
		{
			"name": name,
			"rate": float(rate),
			"base": _money(sum((one.net for one in group), Decimal(0))),
			"by_row": _money(sum((one.vat for one in group), Decimal(0))),
			"by_rate": _money(sum((one.exact_vat for one in group), Decimal(0))),
		}
		for (name, rate), group in sorted(groups.items(), key=lambda entry: (-entry[0][1], entry[0][0]))
	]


def _findings(level: str, findings: tuple[Finding, ...]) -> Iterator[Check]:
	for finding in findings:
		yield {
			"level": level,
			"message": describe(finding),
			"field": finding.field,
			"doctype": finding.doctype,
			"name": finding.name,
		}


def _passed(mapped: Mapped) -> Iterator[Check]:
	"""What is in order, so that it need not be looked at."""
	wrong = {finding.field.partition("[")[0] for finding in (*mapped.problems, *mapped.notices)}
	if not wrong & {"party_name", "customer_address"}:
		yield _ok("party_name", _("The client's data are complete."))
	if mapped.prediction and not any(finding.field.startswith("items") for finding in mapped.problems):
		yield _ok(
			"items", _("All rows have a SmartBill unit and VAT rate: {0} in all.").format(len(mapped.rows))
		)
	if mapped.comparison and not mapped.comparison.difference:
		yield _ok("grand_total", _("SmartBill's totals will be ERPNext's to the cent."))


def _ok(field: str, message: str) -> Check:
	return {"level": OK, "message": message, "field": field, "doctype": "", "name": ""}


def _totals(totals: Totals) -> dict[str, float]:
	return {"net": _money(totals.net), "vat": _money(totals.vat), "total": _money(totals.total)}


def _money(amount: Decimal) -> float:
	return float(round_half_up(amount))
