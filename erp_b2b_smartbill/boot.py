"""What the desk knows of the app before it asks: which of its parts are on for this user."""

from __future__ import annotations

from typing import Any

import frappe

from erp_b2b_smartbill import features
from erp_b2b_smartbill.permissions import OVERVIEW_READERS, SELLERS, TIER_GIVERS


def extend(bootinfo: Any) -> None:
	"""Hook `extend_bootinfo`, run for every load of the desk."""
	roles = set(frappe.get_roles())
	may_sell = bool(set(SELLERS) & roles)
	overview = features.is_on(features.OVERVIEW)
	bootinfo.erp_b2b_smartbill = {
		"proforma": may_sell and features.is_on(features.PROFORMA),
		"search": may_sell and features.is_on(features.SEARCH),
		# prices are everybody's
		"overview": overview,
		"customer_360": overview and bool(set(OVERVIEW_READERS) & roles),
		"may_give_tiers": bool(set(TIER_GIVERS) & roles),
	}
