"""What the gates of V1 and V3 have in common: an answer is never lost because a gate could not learn from it."""

from __future__ import annotations

from collections.abc import Mapping

import frappe

from erp_b2b_smartbill.audit.errors import log_masked_error
from erp_b2b_smartbill.smartbill.answers import Answer


class LearningGate:
	"""A gate that is told of every answer; `_learn` writes down, and commits, what the next call has to know."""

	def observe(self, answer: Answer, headers: Mapping[str, str]) -> None:
		try:
			self._learn(answer, headers)
		except Exception:
			frappe.db.rollback()
			frappe.clear_messages()
			log_masked_error("The pace of a SmartBill Account could not be kept")

	def _learn(self, answer: Answer, headers: Mapping[str, str]) -> None:
		raise NotImplementedError
