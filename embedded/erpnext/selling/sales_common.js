// What the forms of documents that sell share. The form only says what has changed; the server completes the
// document and adds it up (erpnext/controllers/form.py), and its answer is shown.

frappe.provide("erpnext.selling");

// One question at a time, with the form as it is when its turn comes: a late answer never undoes a later edit.
erpnext.selling.ask = function (frm, method, args) {
	const send = () => frm.call({ doc: frm.doc, method, args, freeze: true });
	frm.erpnext_questions = (frm.erpnext_questions || Promise.resolve()).then(send, send);
	return frm.erpnext_questions;
};

erpnext.selling.can_calculate = (frm) => {
	return frm.doc.docstatus === 0 && frm.doc.company && (frm.doc.items || []).some((row) => row.item_code || row.rate);
};

erpnext.selling.handlers = function (fieldnames, handler) {
	return Object.fromEntries(fieldnames.map((fieldname) => [fieldname, handler(fieldname)]));
};

erpnext.selling.setup = function (doctype, party_field) {
	const { ask, can_calculate, handlers } = erpnext.selling;
	const ask_if_useful = (method) => () => (frm) => can_calculate(frm) && ask(frm, method);

	frappe.ui.form.on(doctype, {
		setup(frm) {
			erpnext.selling.set_queries(frm, party_field);
		},
		[party_field](frm) {
			if (frm.doc.docstatus === 0 && frm.doc.company) ask(frm, "fill_party");
		},
		taxes_and_charges: (frm) => frm.doc.docstatus === 0 && ask(frm, "fill_taxes"),
		...handlers(
			["currency", "conversion_rate", "selling_price_list", "plc_conversion_rate", "ignore_pricing_rule"],
			ask_if_useful("fill_prices")
		),
		...handlers(["payment_terms_template"], ask_if_useful("fill_payment_schedule")),
		...handlers(
			[
				"apply_discount_on",
				"additional_discount_percentage",
				"discount_amount",
				"disable_rounded_total",
				"tax_category",
				"coupon_code",
			],
			ask_if_useful("recalculate")
		),
		tc_name(frm) {
			if (!frm.doc.tc_name) return;
			frappe
				.xcall("erpnext.setup.doctype.terms_and_conditions.terms_and_conditions.get_terms_and_conditions", {
					template_name: frm.doc.tc_name,
					doc: frm.doc,
				})
				.then((text) => frm.set_value("terms", text));
		},
	});

	frappe.ui.form.on(
		doctype,
		handlers(["refresh", "currency", "company"], () => (frm) => erpnext.selling.show_currencies(frm))
	);

	frappe.ui.form.on(`${doctype} Item`, {
		item_code(frm, cdt, cdn) {
			if (frm.doc.docstatus === 0 && frm.doc.company) ask(frm, "fill_row", { row_name: cdn });
		},
		items_remove: ask_if_useful("recalculate")(),
		...handlers(
			[
				"qty",
				"uom",
				"conversion_factor",
				"price_list_rate",
				"rate",
				"discount_percentage",
				"discount_amount",
				"margin_type",
				"margin_rate_or_amount",
				"item_tax_template",
				"is_alternative",
			],
			(fieldname) => (frm, cdt, cdn) =>
				can_calculate(frm) && ask(frm, "change_row", { row_name: cdn, fieldname })
		),
	});

	frappe.ui.form.on("Sales Taxes and Charges", {
		taxes_remove: ask_if_useful("recalculate")(),
		account_head(frm, cdt, cdn) {
			const row = locals[cdt][cdn];
			if (!row.account_head) return;
			frappe
				.xcall("erpnext.controllers.tax_rows.get_tax_rate", { account_head: row.account_head })
				.then((account) => {
					frappe.model.set_value(cdt, cdn, { description: account.account_name, rate: account.tax_rate });
				});
		},
		...handlers(
			["charge_type", "row_id", "rate", "tax_amount", "included_in_print_rate"],
			() => (frm, cdt, cdn) => locals[cdt][cdn].account_head && can_calculate(frm) && ask(frm, "recalculate")
		),
	});
};

// Amounts in the company's currency are of interest only where the document's is another one.
erpnext.selling.show_currencies = function (frm) {
	const company_currency = frappe.model.get_value(":Company", frm.doc.company, "default_currency");
	const foreign = Boolean(frm.doc.currency && frm.doc.currency !== company_currency);
	const twins = (meta) => meta.fields.map((df) => df.fieldname).filter((name) => name.startsWith("base_"));

	frm.toggle_display([...twins(frm.meta), "conversion_rate"], foreign);
	frm.toggle_display(
		["plc_conversion_rate", "price_list_currency"],
		Boolean(frm.doc.price_list_currency && frm.doc.price_list_currency !== company_currency)
	);
	for (const table of ["items", "taxes", "payment_schedule"].filter((name) => frm.fields_dict[name])) {
		const grid = frm.fields_dict[table].grid;
		twins(frappe.get_meta(grid.doctype)).forEach((name) => grid.update_docfield_property(name, "hidden", !foreign));
	}
};

// Links offer what fits: items that are sold, the company's templates and ledgers, the party's addresses.
erpnext.selling.set_queries = function (frm, party_field) {
	const of_company = (filters) => () => ({ filters: { company: frm.doc.company, ...filters } });
	const of_party = (query) => () => ({
		query,
		filters: {
			link_doctype: frm.doc.quotation_to || "Customer",
			link_name: frm.doc[party_field],
		},
	});
	const address = "frappe.contacts.doctype.address.address.address_query";

	frm.set_query("item_code", "items", () => ({ filters: { is_sales_item: 1, has_variants: 0, disabled: 0 } }));
	frm.set_query("selling_price_list", () => ({ filters: { selling: 1, enabled: 1 } }));
	frm.set_query("taxes_and_charges", of_company({ disabled: 0 }));
	frm.set_query("account_head", "taxes", of_company({ is_group: 0 }));
	frm.set_query("item_tax_template", "items", of_company({ disabled: 0 }));
	frm.set_query("warehouse", "items", of_company({ is_group: 0 }));
	frm.set_query("customer_address", of_party(address));
	frm.set_query("shipping_address_name", of_party(address));
	frm.set_query("contact_person", of_party("frappe.contacts.doctype.contact.contact.contact_query"));
	frm.set_query("company_address", () => ({
		query: address,
		filters: { link_doctype: "Company", link_name: frm.doc.company },
	}));
};
