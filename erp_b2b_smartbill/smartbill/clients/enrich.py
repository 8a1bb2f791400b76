"""What the tax office says of linked companies: a job of every night for the accounts that want it.

It asks for the companies that were asked for the longest ago, a hundred at a time, each once in thirty days. It only
proposes: what ERPNext says otherwise is a Customer Sync Conflict that a person settles, and nothing else changes. While
the office is down it ends without a word; when a company was asked for is in its own row, so the next night goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import frappe
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce
from frappe.utils import create_batch
from pypika.functions import NullIf

from erp_b2b_smartbill import clock, features
from erp_b2b_smartbill.anaf.answers import FOUND, UNAVAILABLE, Company
from erp_b2b_smartbill.anaf.client import MOST_AT_ONCE
from erp_b2b_smartbill.anaf.lookup import Lookup, look_up_many
from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.customers import identity, known
from erp_b2b_smartbill.customers.known import Known
from erp_b2b_smartbill.smartbill.clients import conflicts, differences
from erp_b2b_smartbill.smartbill.clients.conflicts import Found
from erp_b2b_smartbill.smartbill.clients.store import ACTIVE, CLIENT
from erp_b2b_smartbill.text import N_

# companies; the office takes 100 in 1.1 s
MAX_A_NIGHT = 3000
ONCE_IN = timedelta(days=30)
# a queue ends a job after this long, and what was asked for is kept all the same
JOB_TIMEOUT_S = 1500
# what both sides are called, see conflicts.py
IS_ACTIVE, IS_INACTIVE, IS_STRUCK_OFF = N_("Active"), N_("Inactive"), N_("Struck off")


def start_nightly() -> None:
	"""Scheduled every night."""
	if features.is_on(features.SYNC) and _accounts():
		frappe.enqueue(
			"erp_b2b_smartbill.smartbill.clients.enrich.work",
			queue="long",
			timeout=JOB_TIMEOUT_S,
			job_id="smartbill-enrich",
			deduplicate=True,
		)


def work() -> int:
	"""The background job. Returns how many companies the office was asked for and said something of."""
	if not features.is_on(features.SYNC):
		return 0
	asked = 0
	due = _due(_accounts(), clock.now() - ONCE_IN)
	for cuis in create_batch(list(due), MOST_AT_ONCE):
		# the office is asked with nothing open
		frappe.db.commit()  # nosemgrep: frappe-manual-commit
		answers = look_up_many(cuis)
		told = {cui: due[cui] for cui in cuis if answers[cui].state != UNAVAILABLE}
		if not told:
			# it is down, or others have all its turns
			break
		try:
			_keep(told, answers)
			frappe.db.commit()  # nosemgrep: frappe-manual-commit
		except Exception:
			frappe.db.rollback()
			frappe.clear_messages()
			log_masked_error("What ANAF said of companies could not be kept")
			break
		asked += len(told)
	return asked


def _accounts() -> list[str]:
	return frappe.get_all("SmartBill Account", {"enrich_nightly": 1}, pluck="name", order_by="name")


def _due(accounts: list[str], before: datetime) -> dict[str, list[Any]]:
	"""The clients that are to be asked for tonight, by the digits of a valid fiscal code, the longest ago first."""
	due: dict[str, list[Any]] = {}
	if accounts:
		for row in _rows(accounts, before):
			cui = identity.valid_cui(row.cui)
			if not cui or (cui not in due and len(due) >= MAX_A_NIGHT):
				continue
			due.setdefault(cui, []).append(row)
			if len(due) >= MAX_A_NIGHT:
				break
	return due


def _rows(accounts: list[str], before: datetime) -> Iterator[Any]:
	"""Linked clients with the fiscal code of their Customer, or their own where the Customer has none."""
	client, customer = DocType(CLIENT), DocType("Customer")
	query = (
		frappe.qb.from_(client)
		.join(customer)
		.on(customer.name == client.customer)
		.select(
			client.name,
			client.client_name,
			client.account,
			client.customer,
			Coalesce(NullIf(customer.b2b_cui, ""), client.cui_digits).as_("cui"),
		)
		.where(client.account.isin(accounts))
		.where(client.status == ACTIVE)
		.where(client.anaf_checked_at.isnull() | (client.anaf_checked_at < before))
		.where(customer.disabled == 0)
		.orderby(client.anaf_checked_at, client.name)
	)
	for start in range(0, 100 * MAX_A_NIGHT, MAX_A_NIGHT):
		rows = query.limit(MAX_A_NIGHT).offset(start).run(as_dict=True)
		yield from rows
		if len(rows) < MAX_A_NIGHT:
			return


def _keep(told: dict[str, list[Any]], answers: dict[str, Lookup]) -> None:
	rows = [row for several in told.values() for row in several]
	customers = known.customers(row.customer for row in rows)
	found: dict[str, list[Found]] = {}
	compared: dict[str, list[str]] = {}
	for cui, several in told.items():
		answer = answers[cui]
		for row in several:
			# of a company that the office does not know it says nothing
			if answer.state == FOUND and row.customer in customers:
				compared.setdefault(row.account, []).append(row.name)
				found.setdefault(row.account, []).extend(
					_proposals(row, customers[row.customer], answer.company)
				)
	for account, names in compared.items():
		conflicts.write(account, names, conflicts.ANAF_KINDS, found[account])
	table = DocType(CLIENT)
	(
		frappe.qb.update(table)
		.set(table.anaf_checked_at, clock.now())
		.where(table.name.isin([row.name for row in rows]))
	).run()


def _proposals(row: Any, customer: Known, company: Company) -> list[Found]:
	"""What the office says of a company and ERPNext says otherwise."""

	def found(kind: str, erp: str, anaf: str) -> Found:
		return Found(row.name, row.client_name, kind, customer.name, erp, anaf)

	if company.inactive or company.struck_off:
		# the rest is no news of a company that is no more
		said = IS_STRUCK_OFF if company.struck_off else IS_INACTIVE
		return [found(conflicts.INACTIVE_AT_ANAF, IS_ACTIVE, said)]
	proposals = []
	payer = differences.is_vat_payer(customer)
	if payer and payer != (said := "Yes" if company.vat_payer else "No"):
		proposals.append(found(conflicts.VAT_AT_ANAF, payer, said))
	address = (company.address_line, company.city, company.county)
	if differences.contradict(customer.address, address):
		mine, theirs = map(differences.address_text, (customer.address, address))
		proposals.append(found(conflicts.ADDRESS_AT_ANAF, mine, theirs))
	return proposals
