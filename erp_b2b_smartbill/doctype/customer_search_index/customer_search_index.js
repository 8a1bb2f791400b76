const CONTROLLER = "erp_b2b_smartbill.doctype.customer_search_index.customer_search_index";
const POLL_MS = 3000;
const COLORS = { Empty: "orange", Building: "blue", Ready: "green" };

frappe.ui.form.on("Customer Search Index", {
	refresh(frm) {
		clearTimeout(frm.search_timer);
		frm.disable_save();
		const { is_on, is_walking, is_waiting, may_build } = frm.doc.__onload || {};
		const state = is_on ? frm.doc.state : "Empty";
		frm.page.set_indicator(is_on ? __(state) : __("Off"), is_on ? COLORS[state] : "gray");
		frm.set_intro("");
		show(frm, is_on, is_walking, is_waiting);
		if (is_on && may_build && !is_waiting && !is_walking && state !== "Building")
			frm.add_custom_button(__("Build again"), () => build_again(frm));
		if (is_on && (is_waiting || is_walking || state !== "Ready"))
			frm.search_timer = setTimeout(() => look_again(frm), POLL_MS);
	},
});

function show(frm, is_on, is_walking, is_waiting) {
	const { state, done, total, drift } = frm.doc;
	if (!is_on) {
		frm.set_intro(__("The customer search is switched off in B2B Settings."));
	} else if (state === "Building" || (is_walking && state === "Ready")) {
		const percent = total ? Math.min(100, Math.round((100 * done) / total)) : 0;
		const text = __("{0} of {1} records", [format_number(done, null, 0), format_number(total, null, 0)]);
		const is_built = state === "Ready";
		frm.dashboard.show_progress(is_built ? __("Checking") : __("Building"), percent, text);
		frm.set_intro(
			is_built
				? __("The index is compared with the records and repaired; the search goes on.")
				: __("The search finds what was read so far."),
			"blue",
		);
	} else if (is_waiting) {
		frm.set_intro(__("A background job builds it in a moment."), "blue");
	} else if (state === "Empty") {
		frm.set_intro(__("Nothing is found before it is built; that begins within ten minutes."), "orange");
	} else if (drift) {
		frm.set_intro(
			__("In the last check {0} parties differed from their records; they were repaired.", [
				format_number(drift, null, 0),
			]),
			"orange",
		);
	}
}

function look_again(frm) {
	// whoever comes back is shown it by refresh
	if (cur_frm !== frm) return;
	if (!document.hidden && frm.$wrapper?.is(":visible")) frm.reload_doc();
	else frm.search_timer = setTimeout(() => look_again(frm), POLL_MS);
}

function build_again(frm) {
	frappe.confirm(
		__("Read all records again and repair the index? The search goes on meanwhile."),
		() => frappe.call(`${CONTROLLER}.build_again`).then(() => frm.reload_doc()),
	);
}
