"""Processes that build the search index and save documents meanwhile, for tests. They are told what to do as those of
deciding.py are."""

from __future__ import annotations

import sys
import time
from typing import Any

import frappe

from erp_b2b_smartbill.customers.search import rebuild
from erp_b2b_smartbill.tests import deciding


class Walkers(deciding.Deciders):
	module = "erp_b2b_smartbill.tests.walking"


def _walk(step: dict[str, Any]) -> None:
	rebuild.CHUNK = step.get("chunk", rebuild.CHUNK)
	(rebuild.resume if step.get("resume") else rebuild.rebuild)()


def _save(step: dict[str, Any]) -> None:
	"""Save a document so many times, each with a field of another value."""
	for value in step["values"]:
		doc = frappe.get_doc(step["doctype"], step["name"])
		doc.set(step["field"], value)
		doc.save()
		frappe.db.commit()
		time.sleep(step.get("pause", 0))


if __name__ == "__main__":
	deciding.ACTIONS |= {"walk": _walk, "save": _save}
	deciding.main(*sys.argv[1:])
