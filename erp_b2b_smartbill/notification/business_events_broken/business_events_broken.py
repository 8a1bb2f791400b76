from typing import Any

from frappe import _


def get_context(context: dict[str, Any]) -> dict[str, Any]:
	return {
		# the trail is kept whatever is switched off
		"is_on": True,
		"subject": _("Business events are not as they were sealed."),
		"text": _("Somebody changed, removed or added rows of the audit trail outside of the app."),
		"advice": _(
			"Change nothing; run bench verify-audit for this site and compare with a backup and the log."
		),
	}
