// The invoice from a proforma. A fiscal document: what is about to happen is typed, not clicked away.
import { date, fill, html, money } from "./format";
import { ask_and_post } from "./small_dialogs";

export function show_invoice_dialog(view, done) {
	const number = `${view.series} ${view.number}`;
	const dialog = ask_and_post({
		title: __("Invoice from {0}", [frappe.utils.escape_html(number)]),
		intro: html`<div class="sb-note sb-note-orange" role="note">
				<b>${__("An invoice is a fiscal document.")}</b>
				${__(
					"SmartBill issues it at once with its own number and may report it to e-Factura. It cannot be taken back from here.",
				)}
			</div>
			<p class="sb-intro">
				${fill(
					__("Proforma {0} of {1}, total {2}."),
					html`<b>${number}</b>`,
					date(view.issue_date),
					html`<b>${money(view.grand_total, view.currency)}</b>`,
				)}
			</p>`,
		fields: [
			{
				fieldname: "issue_date",
				fieldtype: "Date",
				label: __("Issue date"),
				default: frappe.datetime.get_today(),
				reqd: 1,
			},
			{ fieldtype: "Column Break" },
			{
				fieldname: "due_date",
				fieldtype: "Date",
				label: __("Due date"),
				default: due_date(view),
			},
			{ fieldtype: "Section Break" },
			{
				fieldname: "typed",
				fieldtype: "Data",
				label: __("Type the number of the proforma to confirm: {0}", [
					frappe.utils.escape_html(view.number),
				]),
				reqd: 1,
			},
		],
		primary_action_label: __("Create invoice"),
		quotation: view.quotation,
		step: "invoice",
		body: ({ issue_date, due_date: due }) => ({ issue_date, ...(due && { due_date: due }) }),
		done: (next) => done(next, result_of(next)),
	});
	const $primary = dialog.get_primary_btn();
	const typed = dialog.get_field("typed");
	const agree = () => $primary.prop("disabled", typed.$input.val().trim() !== view.number);
	typed.$input.on("input", agree);
	agree();
}

/** A date in the past is no due date of an invoice of today. */
function due_date({ due_date: due }) {
	return due && due >= frappe.datetime.get_today() ? due : undefined;
}

function result_of({ invoices, message }) {
	const made = invoices[invoices.length - 1];
	if (!made) return message;
	if (made.number) return __("Invoice {0} is issued.", [`${made.series} ${made.number}`]);
	return made.message || __("The invoice is being issued.");
}
