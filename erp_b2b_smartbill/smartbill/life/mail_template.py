"""The texts of the e-mail with a proforma."""

from __future__ import annotations

from erp_b2b_smartbill.email_templates import MailText

PROFORMA = MailText(
	"SmartBill Proforma",
	{
		"ro": (
			"Factura proforma {{ full_number }}",
			"<p>Bună ziua{{ ', ' + contact if contact else '' }},</p>"
			"<p>Vă trimitem atașată factura proforma <b>{{ full_number }}</b> din {{ issue_date }}, în valoare de "
			"{{ grand_total }}{{ ', cu scadența la ' + due_date if due_date else '' }}.</p>"
			"<p>Cu stimă,<br>{{ company }}</p>",
		),
		"en": (
			"Proforma invoice {{ full_number }}",
			"<p>Dear {{ contact or customer_name }},</p>"
			"<p>Please find attached the proforma invoice <b>{{ full_number }}</b> of {{ issue_date }} for "
			"{{ grand_total }}{{ ', due on ' + due_date if due_date else '' }}.</p>"
			"<p>Kind regards,<br>{{ company }}</p>",
		),
	},
)
