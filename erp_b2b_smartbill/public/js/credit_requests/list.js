// Asking for another credit limit from the list of requests.
import { decision_dialog } from "../registrations/dialogs";
import { ask } from "./api";

export function add_ask_action(listview) {
	listview.page.set_primary_action(__("Ask for a limit"), show_ask);
}

function show_ask() {
	decision_dialog({
		title: __("Ask for another credit limit"),
		fields: [
			{ fieldname: "customer", fieldtype: "Link", options: "Customer", label: __("Customer"), reqd: 1 },
			{
				fieldname: "company",
				fieldtype: "Link",
				options: "Company",
				label: __("Company"),
				default: frappe.defaults.get_user_default("Company"),
				reqd: 1,
			},
			{
				fieldname: "limit",
				fieldtype: "Float",
				precision: 2,
				label: __("Limit in the company's currency"),
				reqd: 1,
			},
			{
				fieldname: "reason",
				fieldtype: "Small Text",
				label: __("Reason"),
				description: __("The manager who decides reads it."),
				reqd: 1,
			},
		],
		primary_action_label: __("Send the request"),
		send: ask,
		done: ({ name }) => frappe.set_route("Form", "Credit Limit Request", name),
	});
}
