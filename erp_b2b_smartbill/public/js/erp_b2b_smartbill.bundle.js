// On every page of the desk, so it holds no more than the way to the rest: our screens are loaded when one is opened.
frappe.provide("erp_b2b_smartbill");

/** Load our screens once; resolves to them (see smartbill_screens.bundle.js). */
erp_b2b_smartbill.screens = () =>
	frappe
		.require(["smartbill_screens.bundle.js", "smartbill_screens.bundle.css"])
		.then(() => erp_b2b_smartbill.loaded);
