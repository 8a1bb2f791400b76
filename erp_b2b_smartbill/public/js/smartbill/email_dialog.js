// Sending the proforma to the client, by ERPNext's own mail or by SmartBill.
import { html } from "./format";
import { ask_and_post } from "./small_dialogs";

export function show_email(frm, view, done) {
	const number = `${view.series} ${view.number}`;
	const dialog = ask_and_post({
		title: __("Send {0} by e-mail", [frappe.utils.escape_html(number)]),
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
					{
						value: "smartbill",
						label: __("SmartBill: from its server, with its own template"),
					},
				],
				default: "erpnext",
				reqd: 1,
			},
			{
				fieldname: "to",
				fieldtype: "Data",
				label: __("To"),
				reqd: 1,
				default: frm.doc.contact_email || "",
				description: __("Several addresses are separated by commas."),
			},
			{ fieldname: "cc", fieldtype: "Data", label: __("Cc") },
			{
				fieldname: "subject",
				fieldtype: "Data",
				label: __("Subject"),
				reqd: 1,
				default: __("Proforma {0}", [number]),
			},
			{
				fieldname: "message",
				fieldtype: "Small Text",
				label: __("Message"),
				reqd: 1,
				default: [
					__("Good day,"),
					__("Please find attached the proforma {0}.", [number]),
					__("Thank you!"),
				].join("\n\n"),
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
	return dialog;
}
