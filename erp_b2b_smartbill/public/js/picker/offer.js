// The ways from a form to the picker: a button beside the party field, a shortcut, an option of the field's dropdown.
import { alert, html } from "../smartbill/format";
import { pick_customer } from "./picker";

const SHORTCUT = "shift+ctrl+f";
const OPTION = "find_in_all_sources";

/** The field that holds the customer, by form. */
const FIELDS = { Quotation: "party_name", "Sales Order": "customer" };

/** Called whenever the form is shown. */
export function offer(frm) {
	if (!field_of(frm)) return;
	show_button(frm);
	frappe.ui.keys.add_shortcut({
		shortcut: SHORTCUT,
		action: () => find(frm),
		description: __("Find customer"),
		page: frm.page,
		// not over another dialog, which may be about somebody else
		condition: () => !window.cur_dialog && may_change(frm),
		// whoever types an address finds the customer too
		ignore_inputs: true,
	});
	extend_dropdown();
}

const field_of = (frm) => frm.fields_dict[FIELDS[frm.doctype]];

function may_change(frm) {
	return frm.doc.docstatus === 0 && field_of(frm)?.disp_status === "Write";
}

function find(frm, text) {
	// somebody else's script may have closed the field since it was shown
	if (!may_change(frm)) return show_button(frm);
	const { name } = frm.doc;
	pick_customer({
		text,
		company: frm.doc.company,
		on_pick: (customer, { display_name }) => {
			if (frm.doc.name === name && may_change(frm)) return put(frm, customer);
			alert(__("{0} was not put into the document, which changed meanwhile.", [display_name]));
		},
	});
}

async function put(frm, customer) {
	const field = FIELDS[frm.doctype];
	const was_other = frm.doctype === "Quotation" && frm.doc.quotation_to !== "Customer";
	if (was_other) await frm.set_value("quotation_to", "Customer");
	// ERPNext leaves the name there when the party's kind changes, but not what follows from it
	if (was_other && frm.doc[field] === customer) await frm.script_manager.trigger(field);
	else await frm.set_value(field, customer);
}

function show_button(frm) {
	const { $wrapper } = field_of(frm);
	let $button = $wrapper.find(".sb-find-customer");
	if (!$button.length) {
		const keys = frappe.utils.is_mac() ? "⌘⇧F" : "Ctrl+Shift+F";
		$button = $(
			String(
				html`<button
					type="button"
					class="btn btn-xs sb-find-customer"
					title="${__("In ERP, B2B and SmartBill")} (${keys})"
					aria-keyshortcuts="${frappe.utils.is_mac()
						? "Meta+Shift+F"
						: "Control+Shift+F"}"
				>
					${html([frappe.utils.icon("search", "xs")])} ${__("Find customer")}
				</button>`,
			),
		);
		$button.on("click", () => find(frm)).appendTo($wrapper.find(".clearfix").first());
	}
	$button.toggle(may_change(frm));
}

// the dropdown

let is_extended = false;

/** What other apps offer there stays. */
function extend_dropdown() {
	if (is_extended) return;
	is_extended = true;
	const before = frappe.ui.form.ControlLink.link_options;
	frappe.ui.form.ControlLink.link_options = (control) => [
		...(before?.(control) || []),
		...(is_ours(control) ? [option_of(control)] : []),
	];
}

function is_ours(control) {
	const { frm } = control;
	return (
		frm && control === field_of(frm) && control.get_options() === "Customer" && may_change(frm)
	);
}

function option_of(control) {
	const typed = control.$input.val();
	// what is typed has to be in the label, or Enter would not take it
	const label = typed ? __('Find "{0}" in all sources', [typed]) : __("Find in all sources");
	const option = {
		html: String(
			html`<span class="link-option">
				<i class="fa fa-users" style="margin-right: 5px"></i> ${label}
			</span>`,
		),
		label,
		value: OPTION,
		action() {
			const { frm } = control;
			const text = control.$input.val().trim();
			// Frappe writes the option's value into the document: what is there stays until something is picked
			option.value = control.get_model_value() || "";
			option.label = null;
			setTimeout(() => {
				Object.assign(option, { value: OPTION, label });
				control.set_formatted_input(control.get_model_value());
				find(frm, text);
			});
		},
	};
	return option;
}
