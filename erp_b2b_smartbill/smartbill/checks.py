"""Asks SmartBill whether an account can be used: its login, its series, its VAT rates. Creates nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import frappe
from frappe import _

from erp_b2b_smartbill.smartbill import accounts
from erp_b2b_smartbill.smartbill.answers import Answer
from erp_b2b_smartbill.smartbill.client import find_series, series_names, tax_pairs
from erp_b2b_smartbill.smartbill.collect import decimal, read_account
from erp_b2b_smartbill.smartbill.hints import explain_failure, hint_for
from erp_b2b_smartbill.smartbill.payload import plain_decimal
from erp_b2b_smartbill.smartbill.verdict import NoAnswer, block_seconds

if TYPE_CHECKING:
	from erp_b2b_smartbill.doctype.smartbill_account.smartbill_account import SmartBillAccount


class Check(TypedDict):
	ok: bool
	text: str
	advice: str


def check_account(account: SmartBillAccount) -> list[Check]:
	"""The saved account, tested with two reading calls; it stops at the first that SmartBill does not allow."""
	if not account.has_allowed_url():
		return [
			_check(
				False,
				_("The address in the SmartBill Account {0} is not allowed on this site.").format(
					account.name
				),
			)
		]
	if accounts.seconds_blocked(account):
		return [
			_check(
				False,
				_("SmartBill refused further calls; the account is blocked until {0}.").format(
					account.blocked_until
				),
			)
		]
	# nothing may be held open on the network
	frappe.db.commit()  # nosemgrep: frappe-manual-commit
	client = accounts.connect(account)

	series = client.series()
	if refused := _refused(account, series):
		return [refused]
	checks = [
		_check(True, _("SmartBill accepts the user, the token and the fiscal code.")),
		_series(account, series),
	]
	taxes = client.taxes()
	refused = _refused(account, taxes)
	return [*checks, *([refused] if refused else _vat_rates(account, taxes))]


def _refused(account: SmartBillAccount, answer: Answer | NoAnswer) -> Check | None:
	if isinstance(answer, NoAnswer):
		return _check(False, _("SmartBill cannot be reached: {0}.").format(_(explain_failure(answer))))
	if not block_seconds(answer) and answer.status == 200 and answer.is_json_object and not answer.error_text:
		return None
	hint = hint_for(answer.text)
	return _check(False, answer.text, _(hint.advice) if hint else "")


def _series(account: SmartBillAccount, answer: Answer) -> Check:
	found = find_series(answer, account.proforma_series)
	if found:
		return _check(
			True,
			_("The series {0} exists; its next number is {1}.").format(
				account.proforma_series, found.get("nextNumber")
			),
		)
	known = ", ".join(series_names(answer)) or "-"
	return _check(
		False, _("SmartBill has no proforma series {0}; it has: {1}.").format(account.proforma_series, known)
	)


def _vat_rates(account: SmartBillAccount, answer: Answer) -> list[Check]:
	known = {(name, decimal(percentage)) for name, percentage in tax_pairs(answer)}
	listed = ", ".join(f"{name} {plain_decimal(percentage)}%" for name, percentage in sorted(known)) or "-"
	mapped = sorted({(vat.tax_name, vat.tax_percentage) for vat in read_account(account).vat_rates})
	if not mapped:
		return [_check(False, _("No VAT rate is mapped yet. SmartBill has: {0}.").format(listed))]
	return [
		_check(True, _("The VAT rate {0} {1}% exists.").format(name, plain_decimal(percentage)))
		if (name, percentage) in known
		else _check(
			False,
			_("SmartBill has no VAT rate {0} {1}%; it has: {2}.").format(
				name, plain_decimal(percentage), listed
			),
		)
		for name, percentage in mapped
	]


def _check(ok: bool, text: str, advice: str = "") -> Check:
	return {"ok": ok, "text": text, "advice": advice}
