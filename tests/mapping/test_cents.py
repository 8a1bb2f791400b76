"""The cents come out: whatever a Quotation holds, SmartBill computes what was predicted, and ERPNext's total.

Looked for with random quotations of 1 to 399 rows (quotations.py), computed by ERPNext's rules on one side and by the
sandbox on the other.
"""

import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
import quotations
from hypothesis import HealthCheck, assume, given, settings

from erp_b2b_smartbill.smartbill.mapping import RowKind, map_offer
from erp_b2b_smartbill.smartbill.mapping.model import DISCOUNT_ROWS, NET_PRICES
from erp_b2b_smartbill.smartbill.totals import PER_RATE, PER_ROW, Totals

# hundreds of quotations of up to 399 rows: a busy machine takes its time
pytestmark = pytest.mark.timeout(600)

TODAY = date(2026, 11, 23)
ROUNDINGS = {"": ("row", "rate"), PER_ROW: ("row",), PER_RATE: ("rate",)}
# EXAMPLES=5000 ./dev test tests/mapping looks longer
thorough = settings(
	max_examples=int(os.environ.get("EXAMPLES", 60)),
	deadline=None,
	suppress_health_check=list(HealthCheck),
	derandomize=True,
)


def largest(ours: Totals, theirs: Totals) -> Decimal:
	return max(abs(ours.net - theirs.net), abs(ours.vat - theirs.vat), abs(ours.total - theirs.total))


def check(offer, account) -> str:
	"""Map one offer in every respect; returns what became of it."""
	mapped = map_offer(offer, account, today=TODAY, reference="Ref. SAL-QTN-2026-00017/1")
	if mapped.problems:
		assert mapped.payload is None
		# the one thing that a large quotation can be refused for
		assert {problem.field for problem in mapped.problems} == {"items"}, mapped.problems
		assert len(mapped.rows) > 400
		return "too many rows"
	sandbox = quotations.by_the_sandbox(mapped.payload)
	assert (sandbox["row"], sandbox["rate"]) == (mapped.prediction.by_row, mapped.prediction.by_rate)
	assert mapped.erp.total == offer.totals.total
	tolerance = max(Decimal("0.05"), Decimal("0.01") * len(mapped.rows))
	for way in ROUNDINGS[account.vat_rounding]:
		assert largest(sandbox[way], mapped.erp) <= tolerance
	assert mapped.comparison.difference == max(
		largest(sandbox[way], mapped.erp) for way in ROUNDINGS[account.vat_rounding]
	)
	told = any(notice.field == "grand_total" for notice in mapped.notices)
	assert told == bool(mapped.comparison.difference)
	return "sent"


@thorough
@given(quotations.GIVEN)
def test_every_quotation_reaches_erpnexts_totals_under_both_ways_of_rounding(given):
	offer = quotations.offer_of(quotations.computed(given))
	assume(quotations.adds_up(offer))
	for form, rounding in product((DISCOUNT_ROWS, NET_PRICES), ROUNDINGS):
		check(offer, replace(quotations.ACCOUNT, discount_form=form, vat_rounding=rounding))


@thorough
@given(quotations.GIVEN)
def test_every_discounted_row_reaches_its_net_amount_to_the_cent(given):
	offer = quotations.offer_of(quotations.computed(replace(given, included=False)))
	assume(quotations.adds_up(offer))
	for form in (DISCOUNT_ROWS, NET_PRICES):
		account = replace(quotations.ACCOUNT, discount_form=form, vat_rounding=PER_ROW)
		mapped = map_offer(offer, account, today=TODAY, reference="Ref.")
		charges = sum(row.kind is RowKind.CHARGE for row in mapped.rows)
		nets = quotations.nets_by_line(mapped.rows)
		assert len(nets) == len(offer.lines) + charges
		for line, (net, discounts) in zip(offer.lines, nets, strict=False):
			if discounts or (form == NET_PRICES and line.net_amount != line.amount):
				assert net == max(line.net_amount, 0)
			else:
				# half of a cent is rounded to the even one by ERPNext
				assert abs(net - line.net_amount) <= Decimal("0.01")
