// The tier of a document's customer, put there before ERPNext asks for prices: the condition of the tier's Pricing Rule
// reads the document as the form has it. Saving does not believe it and looks itself (overrides/selling.py).

const PARTY = {
	Quotation: "party_name",
	"Sales Order": "customer",
	"Delivery Note": "customer",
	"Sales Invoice": "customer",
};

for (const [doctype, field] of Object.entries(PARTY)) {
	// handlers of this kind are waited for before ERPNext's own of the same field run
	frappe.ui.form.on(doctype, field, take_tier);
}

async function take_tier(frm) {
	if (!frappe.boot.erp_b2b_smartbill?.overview || frm.doc.docstatus !== 0) return;
	const customer = customer_of(frm.doc);
	const tier = customer ? await tier_of(customer) : null;
	// another one was chosen meanwhile
	if (customer_of(frm.doc) !== customer) return;
	if ((frm.doc.b2b_tier || null) !== tier) await frm.set_value("b2b_tier", tier);
}

function customer_of(doc) {
	if (doc.doctype !== "Quotation") return doc.customer || null;
	return (doc.quotation_to === "Customer" && doc.party_name) || null;
}

async function tier_of(customer) {
	const { message } = await frappe.db.get_value("Customer", customer, "b2b_tier");
	return message?.b2b_tier || null;
}
