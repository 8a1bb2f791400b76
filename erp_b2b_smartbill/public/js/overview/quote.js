// Rows for a Quotation: into one that is open, or into a new one. ERPNext's own handlers price them.

const FORM_MS = 20000;

/** `items` are [{item_code, qty, uom}]. Resolves when they are there; rejects as `add_rows` does. */
export async function new_quotation({ customer, company, items }) {
	await frappe.model.with_doctype("Quotation");
	const doc = frappe.model.get_new_doc("Quotation");
	doc.quotation_to = "Customer";
	if (company) doc.company = company;
	await frappe.set_route("Form", "Quotation", doc.name);
	const frm = await form_of(doc.name);
	const stays = document_of(frm);
	await frm.set_value("party_name", customer);
	await settled(frm);
	stays();
	await add_rows(frm, items);
	return frm;
}

/** Resolves to the form once it shows that document; rejects when it does not come. */
function form_of(name) {
	const until = Date.now() + FORM_MS;
	return new Promise((resolve, reject) => {
		const look = () => {
			if (window.cur_frm?.doc?.name === name) resolve(window.cur_frm);
			else if (Date.now() > until) reject(new Error(__("The quotation did not open.")));
			else setTimeout(look, 50);
		};
		look();
	});
}

/**
 * As if they were typed: the item first, for it decides the price; then its unit, which need not be the one it is sold
 * in; then how many. Rejects, with a message for the user, when the form shows another document meanwhile.
 */
export async function add_rows(frm, items) {
	const stays = document_of(frm);
	for (const { item_code, qty, uom } of items) {
		const { doctype, name } = empty_row(frm) || frm.add_child("items");
		const put = async (field, value) => {
			await frappe.model.set_value(doctype, name, field, value);
			await settled(frm);
			stays();
			// ERPNext takes a row away that it cannot price, and says why
			if (!frappe.get_doc(doctype, name)) throw new Error(problem_of());
		};
		await put("item_code", item_code);
		if (uom && uom !== frappe.get_doc(doctype, name).uom) await put("uom", uom);
		if (qty && qty !== frappe.get_doc(doctype, name).qty) await put("qty", qty);
	}
	frm.refresh_field("items");
}

/** The row that a new document begins with; one of free text has a name without an item. */
const empty_row = (frm) => (frm.doc.items || []).find((row) => !row.item_code && !row.item_name);

/** Returns what throws once the form shows another document: Frappe has one form for all of them. */
function document_of(frm) {
	const { name } = frm.doc;
	return () => {
		if (frm.doc.name !== name)
			throw new Error(
				__("Another document was opened meanwhile: not all items were added."),
			);
	};
}

/** Until the server has completed what was chosen. */
async function settled(frm) {
	await frm.erpnext_questions;
	await frappe.after_ajax();
}

/** What to say of what `add_rows` was rejected with. */
export const problem_of = (error) => error?.message || __("The items could not be added.");
