// Dialogs of one question: cancel, restore, link, unlink, give up a draft.
import * as api from "./api";
import { again_at, alert, error_html, html, waiting } from "./format";
import { patiently } from "./press";

/**
 * A dialog that sends its values to `step` and stays open with the reason when that is refused. `options` are those of
 * frappe.ui.Dialog, with `intro` (markup), `quotation`, `step`, `danger` and done(view).
 */
export function ask_and_post({ intro, quotation, step, danger, done, fields, body, ...options }) {
	let closed = false;
	const dialog = new frappe.ui.Dialog({
		...options,
		on_hide: () => (closed = true),
		fields: [
			{ fieldname: "answer", fieldtype: "HTML" },
			...(intro
				? [
						{ fieldname: "intro", fieldtype: "HTML", options: String(intro) },
						{ fieldtype: "Section Break", hide_border: 1 },
				  ]
				: []),
			...fields,
		],
		primary_action: async (values) => {
			const $button = dialog.get_primary_btn().prop("disabled", true);
			say("");
			delete values.answer;
			delete values.intro;
			const given = body ? body(values) : values;
			const { data, error, left } = await patiently(
				() => api.post(quotation, step, given),
				(...told) => say(html`<p>${waiting(...told)}</p>`),
				() => closed,
			);
			$button.prop("disabled", false);
			say("");
			if (closed) {
				// what was on its way is told all the same
				if (left) alert(__("Nothing was sent."), "orange");
				else if (error) alert(error.message, "red", 15);
				else done(data);
				return;
			}
			if (error) {
				say(
					html`<div class="sb-note sb-note-red">
						${error_html(error)} ${again_at(error)}
					</div>`,
				);
				return;
			}
			dialog.hide();
			done(data);
		},
	});
	const say = (content) => dialog.get_field("answer").$wrapper.html(String(content));
	dialog.$wrapper.addClass("sb-dialog");
	dialog.get_field("answer").$wrapper.attr("role", "alert");
	if (danger) dialog.get_primary_btn().removeClass("btn-primary").addClass("btn-danger");
	dialog.show();
	return dialog;
}

const number_of = ({ series, number, name }) => (number ? `${series} ${number}` : name);

function reason(label, description) {
	return { fieldname: "reason", fieldtype: "Small Text", label, description, reqd: 1 };
}

export function show_cancel(quotation, view, done) {
	ask_and_post({
		title: __("Cancel {0} in SmartBill", [frappe.utils.escape_html(number_of(view))]),
		intro: paragraph(
			__(
				"The proforma is marked as cancelled in SmartBill; its number stays taken. It can be restored as long as the Quotation has no other one.",
			),
		),
		fields: [reason(__("Reason"), __("Kept for the audit with your name."))],
		primary_action_label: __("Cancel proforma"),
		danger: true,
		quotation,
		step: "cancel",
		done,
	});
}

export function show_restore(view, done) {
	ask_and_post({
		title: __("Restore {0} in SmartBill", [frappe.utils.escape_html(number_of(view))]),
		intro: paragraph(
			__("The proforma becomes valid again in SmartBill, with the same number."),
		),
		fields: [reason(__("Reason"), __("Kept for the audit with your name."))],
		primary_action_label: __("Restore proforma"),
		quotation: view.quotation,
		step: "restore",
		done,
	});
}

export function show_link(quotation, done) {
	ask_and_post({
		title: __("Link a proforma of SmartBill"),
		intro: paragraph(
			__(
				"For a proforma that somebody issued in SmartBill by hand. It is looked up there; nothing is created.",
			),
		),
		fields: [
			{ fieldname: "series", fieldtype: "Data", label: __("Series"), reqd: 1 },
			{ fieldtype: "Column Break" },
			{
				fieldname: "number",
				fieldtype: "Data",
				label: __("Number"),
				description: __("As it stands on the document, e.g. 0042."),
				reqd: 1,
			},
		],
		primary_action_label: __("Link proforma"),
		quotation,
		step: "link",
		done,
	});
}

export function show_unlink(view, done) {
	ask_and_post({
		title: __("Unlink {0}", [frappe.utils.escape_html(number_of(view))]),
		intro: paragraph(
			__(
				"This site forgets the proforma; in SmartBill it stays as it is. The Quotation may then get another one.",
			),
		),
		fields: [reason(__("Reason"), __("Kept for the audit with your name."))],
		primary_action_label: __("Unlink proforma"),
		danger: true,
		quotation: view.quotation,
		step: "unlink",
		done,
	});
}

export function show_discard(view, done) {
	ask_and_post({
		title: __("Give up the draft"),
		intro: paragraph(
			__(
				"This site forgets the draft. Delete it in SmartBill as well: it cannot be deleted from here.",
			),
		),
		fields: [reason(__("Reason"), __("Kept for the audit with your name."))],
		primary_action_label: __("Give up the draft"),
		danger: true,
		quotation: view.quotation,
		step: "discard",
		done,
	});
}

function paragraph(text) {
	return html`<p class="sb-intro">${text}</p>`;
}
