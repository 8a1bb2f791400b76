// Issuing the proformas of many Quotations: asked once, then a dialog that can be left and found again.
import * as api from "./api";
import { again_at, alert, error_html, html } from "./format";
import { is_over, RunView } from "./run_view";

const MOST = 500;

/** Ask, start a run of these Quotations and show it; `ended()` when it is over and the dialog is still there. */
export function start_run(quotations, ended) {
	if (quotations.length > MOST) {
		const text = __("At most {0} Quotations can be issued at once; {1} are chosen.", [
			MOST,
			quotations.length,
		]);
		alert(text, "orange");
		return;
	}
	const dialog = new frappe.ui.Dialog({
		title: __("Issue SmartBill Proformas"),
		fields: [
			{ fieldname: "answer", fieldtype: "HTML" },
			{
				fieldname: "intro",
				fieldtype: "HTML",
				options: String(
					html`<p class="sb-intro">
							${quotations.length === 1
								? __(
										"A proforma is issued in SmartBill for the selected Quotation.",
								  )
								: __(
										"A proforma is issued in SmartBill for each of the {0} selected Quotations.",
										[quotations.length],
								  )}
						</p>
						<p class="text-muted">
							${__(
								"Quotations that have one, are drafts, lost or not complete are left out, each with its reason. It goes on when you leave the page.",
							)}
						</p>`,
				),
			},
		],
		primary_action_label: __("Issue proformas"),
		primary_action: async () => {
			const $button = dialog.get_primary_btn().prop("disabled", true);
			const { data, error } = await api.start_run(quotations);
			$button.prop("disabled", false);
			if (error) {
				const text = html`${error_html(error)} ${again_at(error)}`;
				dialog
					.get_field("answer")
					.$wrapper.html(
						String(html`<div class="sb-note sb-note-red" role="alert">${text}</div>`),
					);
				return;
			}
			dialog.hide();
			show_run_dialog(data.name, ended);
		},
	});
	dialog.$wrapper.addClass("sb-dialog");
	dialog.show();
}

export function show_run_dialog(name, ended = () => {}) {
	let view;
	const dialog = new frappe.ui.Dialog({
		title: __("SmartBill run {0}", [frappe.utils.escape_html(name)]),
		size: "large",
		fields: [{ fieldname: "run", fieldtype: "HTML" }],
		primary_action_label: __("Leave it running"),
		primary_action: () => dialog.hide(),
		secondary_action_label: __("Open the run"),
		secondary_action: () => {
			dialog.hide();
			frappe.set_route("Form", "SmartBill Issue Run", name);
		},
		on_hide: () => {
			view.leave();
			if (view.run && is_over(view.run)) ended(view.run);
			else alert(__("The run goes on. Find it again in the list's menu."), "blue");
		},
	});
	dialog.$wrapper.addClass("sb-dialog sb-run-dialog");
	view = new RunView(dialog.get_field("run").$wrapper, name, (run) => {
		if (is_over(run)) dialog.set_primary_action(__("Close"));
	});
	dialog.show();
}
