"""What the parts of Customer 360 have in common: over which customers and companies, and in which period."""

from __future__ import annotations

from erp_b2b_smartbill.api.schemas.shapes import DAY, TEXT, ZERO_OR_ONE, Parameter

COMPANY = Parameter("company", TEXT, "The user's default, or the first, when left out.")
CHILDREN = Parameter("include_children", ZERO_OR_ONE, "1: with the customers of its group of companies.")
SCOPE = (COMPANY, CHILDREN)
PERIOD = (Parameter("from", DAY, "Inclusive."), Parameter("to", DAY, "Inclusive."))


def cursor(name: str) -> Parameter:
	return Parameter(name, TEXT, "The `next` of the page before.")
