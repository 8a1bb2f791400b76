// The SmartBill proforma on the Quotation: lines under the title, one button, then the group of what it offers.
import { DocumentScreen } from "./document_screen";
import { action, alert, html } from "./format";
import { show_preview } from "./preview_dialog";

export function show_quotation(frm) {
	const { proforma, can, predecessor } = frm.doc.__onload.smartbill;
	const screen = new DocumentScreen(frm, {
		quotation: frm.doc.name,
		view: proforma,
		can,
		predecessor,
		details: true,
		reload: () => frm.reload_doc(),
		field_link,
		show_field: (field) => show_field(frm, field),
		show_issue_button,
	});
	screen.show();
}

const generate_label = () => __("Generate SmartBill Proforma");

function show_issue_button(screen) {
	const { frm, view, can } = screen;
	frm.remove_custom_button(generate_label());
	// what stands, or may stand, in SmartBill is not offered again
	if (view && !["Queued", "Rejected", "Cancelled"].includes(view.status)) return;
	const why_not = can.issue === true ? "" : can.issue;
	const $button = frm.add_custom_button(generate_label(), () =>
		why_not ? screen.explain(why_not) : begin(screen),
	);
	if (why_not) $button.addClass("text-muted").attr("title", why_not);
	else $button.addClass("btn-primary").removeClass("btn-default");
}

function begin(screen) {
	const { frm } = screen;
	if (frm.is_dirty()) return screen.explain(__("Save the Quotation first."));
	show_preview({
		quotation: frm.doc.name,
		field_link,
		show_field: (field) => show_field(frm, field),
		issued: (view) => screen.changed(view),
		failed: (error) => screen.show_error(error),
		given_up: () => alert(__("Nothing was sent."), "orange"),
	});
}

/** The way to a field of the Quotation that a problem names, e.g. "customer_address" or "items[2].uom". */
function field_link(field) {
	if (!field || !frappe.meta.get_docfield("Quotation", field.split("[")[0])) return "";
	return action("field", __("Show the field"), html`data-field="${field}"`);
}

function show_field(frm, field) {
	const [, table, row, inner] = field.match(/^(\w+)(?:\[(\d+)\](?:\.(\w+))?)?$/) || [];
	if (!table) return;
	// the dialog gives the focus back when it has gone
	setTimeout(() => {
		frm.scroll_to_field(table);
		const grid = frm.fields_dict[table]?.grid;
		const grid_row = row && grid?.grid_rows?.[Number(row) - 1];
		if (!grid_row) return;
		grid_row.toggle_view(true);
		if (inner) grid_row.grid_form?.fields_dict[inner]?.set_focus?.();
	}, 350);
}
