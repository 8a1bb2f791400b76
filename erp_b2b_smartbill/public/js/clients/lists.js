// Ways to filtered lists of the desk.
import { html } from "../smartbill/format";

/** A link to the list with these conditions, [[field, operator, value], ...]; several may be about one field. */
export function list_link(doctype, conditions, label, classes = "sb-link") {
	if (!frappe.model.can_read(doctype)) return label;
	return html`<a
		href="${list_url(doctype, conditions)}"
		class="${classes}"
		data-sb="list"
		data-doctype="${doctype}"
		data-conditions="${JSON.stringify(conditions)}"
		>${label}</a
	>`;
}

/** What a press on such a link does: the desk's router keeps one condition a field, this keeps all. */
export function open_list({ doctype, conditions }) {
	frappe.route_options = Object.fromEntries(
		Object.entries(by_field(JSON.parse(conditions))).map(([field, texts]) => [
			field,
			texts.length > 1 ? texts : texts[0],
		]),
	);
	frappe.set_route("List", doctype, "List");
}

function by_field(conditions) {
	const found = {};
	for (const [field, operator, value] of conditions)
		(found[field] ??= []).push(JSON.stringify([operator, value]));
	return found;
}

// for whoever opens it beside the desk
function list_url(doctype, conditions) {
	const base = frappe.utils.get_form_link(doctype, "x").replace(/\/x$/, "");
	const parameters = new URLSearchParams(
		conditions.map(([field, operator, value]) => [field, JSON.stringify([operator, value])]),
	);
	return `${base}/view/list?${parameters}`;
}
