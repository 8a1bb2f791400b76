// On every page of the desk, so it holds little more than the way to the rest: our screens are loaded when one is opened.
import "./document_tier";

frappe.provide("erp_b2b_smartbill");

/** Load our screens once; resolves to them (see smartbill_screens.bundle.js). */
erp_b2b_smartbill.screens = () =>
	frappe
		.require(["smartbill_screens.bundle.js", "smartbill_screens.bundle.css"])
		.then(() => erp_b2b_smartbill.loaded);

/** Load the search for customers once; resolves to it (see smartbill_picker.bundle.js). */
erp_b2b_smartbill.picker = () =>
	frappe
		.require(["smartbill_picker.bundle.js", "smartbill_screens.bundle.css"])
		.then(() => erp_b2b_smartbill.loaded_picker);

/** Let a person find a customer: {on_pick(name), text, company}, see picker/picker.js. */
erp_b2b_smartbill.pick_customer = (options) =>
	erp_b2b_smartbill.picker().then(({ pick_customer }) => pick_customer(options));

/** On the form of a draft: the ways to the search. */
erp_b2b_smartbill.offer_customers = async (frm) => {
	if (!frappe.boot.erp_b2b_smartbill?.search) return;
	// on what is submitted they only have to go
	if (frm.doc.docstatus !== 0 && !erp_b2b_smartbill.loaded_picker) return;
	const { offer } = await erp_b2b_smartbill.picker();
	offer(frm);
};

/** Load Customer 360 once; resolves to it (see smartbill_overview.bundle.js). */
erp_b2b_smartbill.overview = () =>
	frappe
		.require(["smartbill_overview.bundle.js", "smartbill_screens.bundle.css"])
		.then(() => erp_b2b_smartbill.loaded_overview);

/** Show what a form has of Customer 360: `part` is what the bundle calls it. */
erp_b2b_smartbill.show_overview = async (frm, part) => {
	if (!frappe.boot.erp_b2b_smartbill?.customer_360) return;
	const { name } = frm.doc;
	const loaded = await erp_b2b_smartbill.overview();
	// another document may be shown by now
	if (frm.doc.name === name) loaded[part](frm);
};

const LINKS_AND_TIMES = ["Link", "Dynamic Link", "Date", "Datetime"];

/** Formats a cell of a report: Frappe shows a text as markup, and ours are what other people wrote. */
erp_b2b_smartbill.as_text = (value, row, column, data, default_formatter) => {
	const is_text = typeof value === "string" && !LINKS_AND_TIMES.includes(column.fieldtype);
	const shown = is_text ? frappe.utils.escape_html(value) : value;
	return default_formatter(shown, row, column, data);
};

/** In the menu of a form that has a tour of its own: take it. */
erp_b2b_smartbill.offer_tour = (frm) =>
	frm.page.add_menu_item(__("Show the tour"), async () => {
		await frm.tour.init({ tour_name: frm.doctype });
		frm.tour.start();
	});
