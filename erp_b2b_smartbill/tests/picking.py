"""Processes that pick hits of the search, approve requests and read SmartBill's clients, for tests: several at the same
moment, and ones that die on the way. They are told what to do as those of deciding.py are."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import frappe

from erp_b2b_smartbill.selecting import select as selecting
from erp_b2b_smartbill.tests import deciding, syncing


class Pickers(deciding.Deciders):
	module = "erp_b2b_smartbill.tests.picking"


def _select(step: dict[str, Any]) -> Any:
	# with the snapshot that a request has from finding out who asks
	frappe.db.get_value("User", frappe.session.user, "enabled")
	given = step["given"]
	selected = selecting.select(given) if ":" in given else selecting.select_company(given)
	return SimpleNamespace(name=selected.customer, status="created" if selected.created else "found")


if __name__ == "__main__":
	deciding.ACTIONS |= {"select": _select, "read": syncing.read}
	deciding.main(*sys.argv[1:])
