frappe.pages["b2b-health"].on_page_load = async (wrapper) => {
	const page = frappe.ui.make_app_page({
		parent: wrapper,
		title: __("B2B Health"),
		single_column: true,
	});
	const { show_health } = await erp_b2b_smartbill.screens();
	wrapper.b2b_health = show_health(page);
};

frappe.pages["b2b-health"].on_page_show = (wrapper) => wrapper.b2b_health?.show();
