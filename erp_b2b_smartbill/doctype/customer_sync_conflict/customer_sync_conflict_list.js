frappe.listview_settings["Customer Sync Conflict"] = {
	add_fields: ["kind", "status", "title", "resolution"],
	filters: [["status", "=", "Open"]],
	hide_name_column: true,
	formatters: {
		// Frappe's pill cuts off what tells two of the kinds apart
		kind(value) {
			const text = frappe.utils.escape_html(__(value || ""));
			return `<span class="ellipsis" title="${text}">${text}</span>`;
		},
	},
	get_indicator(doc) {
		const colors = { Open: "orange", Resolved: "green", Ignored: "gray" };
		const label = doc.status === "Open" ? __("Open") : __(doc.resolution || doc.status);
		return [label, colors[doc.status], `status,=,${doc.status}`];
	},
	async onload(listview) {
		const { add_settle_actions, keep_order } = await erp_b2b_smartbill.screens();
		keep_order(listview);
		add_settle_actions(listview);
	},
	async refresh(listview) {
		const { show_kinds } = await erp_b2b_smartbill.screens();
		show_kinds(listview);
	},
};
