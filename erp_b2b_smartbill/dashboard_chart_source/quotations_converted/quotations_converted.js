frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Quotations converted"] = {
	method: "erp_b2b_smartbill.charts.quotations_converted",
	filters: [],
};
