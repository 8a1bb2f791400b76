// A dialog that asks for a change, and the view after it.
import { alert, error_html, html } from "../smartbill/format";

/**
 * The server's refusal stays in the dialog. `send(values)` resolves to the server's answer; `done(data)` is what is said
 * then; `saved(data)` whether the server saved the Customer, whose form is then read again.
 */
export function ask(view, { title, fields, label, send, done, saved }) {
	const dialog = new frappe.ui.Dialog({
		title,
		fields: [...fields, { fieldname: "error", fieldtype: "HTML" }],
		primary_action_label: label,
		async primary_action(values) {
			dialog.disable_primary_action();
			const { data, error } = await send(values);
			dialog.enable_primary_action();
			if (error) {
				const note = html`<div class="sb-note sb-note-red" role="alert">
					${error_html(error)}
				</div>`;
				return dialog.get_field("error").$wrapper.html(String(note));
			}
			dialog.hide();
			alert(done(data));
			const { frm } = view;
			if (frm.doctype === "Customer" && saved(data)) await frm.reload_doc();
			else await view.refresh();
		},
	});
	dialog.show();
}
