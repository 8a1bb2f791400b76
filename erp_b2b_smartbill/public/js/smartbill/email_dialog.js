// Sending the proforma to the client, by ERPNext's own mail or by SmartBill.
import * as api from "./api";
import { alert, html } from "./format";
import { ask_and_post } from "./small_dialogs";

export async function show_email(view, done) {
	const { data: proposed, error } = await api.email_defaults(view.quotation);
	if (error) {
		alert(error.message, "red");
		return;
	}
	ask_and_post({
		title: __("Send {0} by e-mail", [
			frappe.utils.escape_html(`${view.series} ${view.number}`),
		]),
		size: "large",
		fields: [
			{
				fieldname: "via",
				fieldtype: "Select",
				label: __("Sent by"),
				options: [
					{
						value: "erpnext",
						label: __("ERPNext: from your e-mail account, kept on the Quotation"),
					},
					{ value: "smartbill", label: __("SmartBill: from its own server") },
				],
				default: proposed.via,
				reqd: 1,
			},
			{
				fieldname: "to",
				fieldtype: "Data",
				label: __("To"),
				reqd: 1,
				default: proposed.to,
				description: __("Several addresses are separated by commas."),
			},
			{ fieldname: "cc", fieldtype: "Data", label: __("Cc"), default: proposed.cc },
			{
				fieldname: "subject",
				fieldtype: "Data",
				label: __("Subject"),
				reqd: 1,
				default: proposed.subject,
			},
			{
				fieldname: "message",
				// the proposed text is markup
				fieldtype: "Text Editor",
				label: __("Message"),
				reqd: 1,
				default: proposed.message,
			},
			{
				fieldname: "attached",
				fieldtype: "HTML",
				options: String(
					html`<p class="text-muted sb-small">
						${__("The PDF of the proforma is attached.")}
						${view.emailed_at && __("It was sent before.")}
					</p>`,
				),
			},
		],
		primary_action_label: __("Send"),
		quotation: view.quotation,
		step: "email",
		body: ({ attached, ...values }) => values,
		done,
	});
}
