"""What happens to what we keep when Frappe deletes the personal data of a User."""

from __future__ import annotations

from typing import TYPE_CHECKING

from frappe import _

from erp_b2b_smartbill.audit import erasing, renaming
from erp_b2b_smartbill.registration import retention

if TYPE_CHECKING:
	from frappe.model.document import Document


def erase_after_deletion(doc: Document, method: str, old: str, new: str, merge: bool = False) -> None:
	"""Hook `after_rename`: what Frappe renames in a Personal Data Deletion Request goes out of the events and of the
	registrations, too."""
	if not renaming.is_deletion(doc.doctype, old, new):
		return
	reason = _("Personal Data Deletion Request {0}").format(new)
	# this hook comes before the one of every doctype
	renaming.move(doc.doctype, old, new)
	erasing.of_user(doc, reason)
	retention.erase_all_of(old, reason)
