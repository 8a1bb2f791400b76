"""What a person may decide about a conflict, by its kind: one table for the server and the screen."""

from __future__ import annotations

from erp_b2b_smartbill.smartbill.clients import conflicts, differences

KEEP, TAKE, LINK, CREATE = "keep", "take", "link", "create"
MERGE, UNLINK, IGNORE, DISABLE = "merge", "unlink", "ignore", "disable"

ERP, SMARTBILL = "erp", "smartbill"

_FIELD = (TAKE, KEEP, LINK, UNLINK, IGNORE)
ACTIONS = {
	conflicts.POSSIBLE_MATCH: (LINK, CREATE, UNLINK, IGNORE),
	conflicts.SAME_CUI_IN_ERP: (MERGE, LINK, UNLINK, IGNORE),
	conflicts.SAME_CUI_IN_SMARTBILL: (UNLINK, LINK, IGNORE),
	differences.NAME: _FIELD,
	differences.EMAIL: _FIELD,
	differences.ADDRESS: _FIELD,
	differences.VAT: _FIELD,
	# a company keeps its code for life: another code may be another company
	differences.CUI: (TAKE, KEEP, LINK, CREATE, UNLINK, IGNORE),
	conflicts.MISSING: (KEEP, UNLINK, IGNORE),
	conflicts.INACTIVE_AT_ANAF: (DISABLE, KEEP, IGNORE),
	conflicts.VAT_AT_ANAF: (TAKE, KEEP, IGNORE),
	conflicts.ADDRESS_AT_ANAF: (TAKE, KEEP, IGNORE),
}
# what says the other side, kind by kind, can be written into the Customer
TAKEABLE = tuple(kind for kind, actions in ACTIONS.items() if TAKE in actions)
# those that are decided together, row by row of one table
BULK = (KEEP, TAKE, IGNORE)


def decided_together(kind: str) -> tuple[str, ...]:
	"""The kinds that stand in one table with this one: what SmartBill says, or what ANAF says."""
	if kind not in TAKEABLE:
		return (kind,)
	from_anaf = kind in conflicts.ANAF_KINDS
	return tuple(one for one in TAKEABLE if (one in conflicts.ANAF_KINDS) == from_anaf)
