"""REST: how the app does on this site, for whoever watches over it."""

from __future__ import annotations

from typing import Any

from erp_b2b_smartbill.health import checks
from erp_b2b_smartbill.health.line import FAILED

OK, UNAVAILABLE = 200, 503


def show() -> tuple[dict[str, Any], int]:
	"""The lines by group, with the state of all together; 503 when a line failed, so that a monitor needs no more."""
	report = checks.run()
	return report.as_dict(), UNAVAILABLE if report.state == FAILED else OK
