frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Registrations by outcome"] = {
	method: "erp_b2b_smartbill.charts.registrations_by_outcome",
	filters: [],
};
