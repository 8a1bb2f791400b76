// Ways to filtered lists of the desk.
import { desk_url, html } from "./format";

/**
 * `list` is {doctype, filters}: by field a value, [operator, value], or several of these as texts, which is how Frappe
 * takes more than one condition on a field. The label alone where there is no list.
 */
export function list_link(list, label, classes = "sb-quiet-link") {
	if (!list) return label;
	return html`<a
		class="${classes}"
		href="${list_url(list)}"
		data-sb="list"
		data-doctype="${list.doctype}"
		data-filters="${JSON.stringify(list.filters || {})}"
		>${label}</a
	>`;
}

/** The handler of `list_link`: without loading the desk again. */
export function open_list({ doctype, filters }) {
	frappe.route_options = JSON.parse(filters);
	frappe.set_route("List", doctype, "List");
}

// for whoever opens it beside the desk
function list_url({ doctype, filters }) {
	const conditions = Object.entries(filters || {}).flatMap(([field, value]) =>
		texts_of(value).map((text) => [field, text]),
	);
	return `${desk_url(doctype)}/view/list?${new URLSearchParams(conditions)}`;
}

function texts_of(value) {
	if (!Array.isArray(value)) return [String(value)];
	const is_several = String(value[0]).startsWith("[");
	return is_several ? value : [JSON.stringify(value)];
}
