frappe.listview_settings["Credit Limit Request"] = {
	add_fields: ["status", "currency"],
	filters: [["status", "=", "Open"]],
	get_indicator({ status }) {
		const colors = { Open: "orange", Approved: "green", Rejected: "red", Withdrawn: "gray" };
		return [__(status), colors[status], `status,=,${status}`];
	},
	async refresh(listview) {
		if (!frappe.boot.erp_b2b_smartbill?.overview) return;
		const { add_ask_action } = await erp_b2b_smartbill.screens();
		add_ask_action(listview);
	},
};
