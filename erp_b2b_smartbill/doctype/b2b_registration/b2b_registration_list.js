const as_text = (value) => frappe.utils.escape_html(value || "");
// not every version of Frappe's list escapes the texts of its columns, and some take a bare text for a selector
const as_cell = (value) => `<span class="ellipsis">${as_text(value)}</span>`;

frappe.listview_settings["B2B Registration"] = {
	add_fields: ["company_name", "status", "submitted_at"],
	hide_name_column: true,
	formatters: {
		city: as_cell,
		cui: as_cell,
		submitted_at(value, df, doc) {
			const { late_after_days } = frappe.listview_settings["B2B Registration"];
			const days = frappe.datetime.get_hour_diff(frappe.datetime.now_datetime(), value) / 24;
			const late =
				doc.status === "Pending" && late_after_days && Math.floor(days) > late_after_days;
			return `<span class="${late ? "sb-late" : ""}" title="${as_text(
				frappe.datetime.str_to_user(value),
			)}">${as_text(age_of(days))}</span>`;
		},
	},
	async onload(listview) {
		const { add_bulk_actions, show_age } = await erp_b2b_smartbill.screens();
		show_age(listview);
		add_bulk_actions(listview);
	},
	async refresh(listview) {
		const { show_counts } = await erp_b2b_smartbill.screens();
		show_counts(listview);
	},
};

function age_of(days) {
	if (days < 1) return __("today");
	return days < 2 ? __("1 day") : __("{0} days", [Math.floor(days)]);
}
