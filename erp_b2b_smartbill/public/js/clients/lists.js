// Links to lists whose conditions may be several of one field.
import { list_link as link_to } from "../smartbill/lists";

/** A link to the list with these conditions, [[field, operator, value], ...], for whoever may read it. */
export function list_link(doctype, conditions, label) {
	if (!frappe.model.can_read(doctype)) return label;
	return link_to({ doctype, filters: by_field(conditions) }, label, "sb-link");
}

function by_field(conditions) {
	const found = {};
	for (const [field, operator, value] of conditions)
		(found[field] ??= []).push(JSON.stringify([operator, value]));
	return Object.fromEntries(
		Object.entries(found).map(([field, texts]) => [
			field,
			texts.length > 1 ? texts : texts[0],
		]),
	);
}
