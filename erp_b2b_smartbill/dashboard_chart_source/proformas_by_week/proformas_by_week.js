frappe.provide("frappe.dashboards.chart_sources");

frappe.dashboards.chart_sources["Proformas by week"] = {
	method: "erp_b2b_smartbill.charts.proformas_by_week",
	filters: [],
};
