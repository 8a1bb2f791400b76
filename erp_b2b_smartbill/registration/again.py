"""An approved company whose Customer somebody deleted: what was decided about it holds, so it is made again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from erp_b2b_smartbill.registration import decide, onboarding


def locked(name: str) -> Any:
	"""The request, for this transaction alone, which is a new one."""
	return decide.alone(name)


def same_customers(doc: Any) -> list[str]:
	"""The Customers that surely are the same company."""
	return [found.candidate.name for found in onboarding.same_companies(doc)]


def make_customer(doc: Any, *, customer_group: str | None, territory: str | None) -> str:
	"""With the terms that were given then; group and territory are for where none were. Writes it on the request; nobody
	is sent an e-mail. Raises CustomerExists."""
	terms = decide.terms_of(doc)
	made = onboarding.make_again(
		doc,
		replace(
			terms,
			customer_group=terms.customer_group or customer_group,
			territory=terms.territory or territory,
		),
	)
	# those of the deleted one went with it
	doc.update({"customer": made.customer, "address": made.address, "contact": made.contact})
	doc.save(ignore_permissions=True)
	return made.customer
