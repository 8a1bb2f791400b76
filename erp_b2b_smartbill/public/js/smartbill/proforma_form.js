// The form of a SmartBill Proforma: what happened, its amounts, and the same actions as on its Quotation.
import { amounts_html } from "./amounts";
import * as api from "./api";
import { DocumentScreen } from "./document_screen";
import { html } from "./format";
import { put_settle_panel } from "./settle_dialog";
import { put_timeline } from "./timeline";

export async function show_proforma(frm) {
	const { doc } = frm;
	frm.disable_save();
	frm.toggle_display(["amounts_section", "evidence_section"], false);
	frm.add_custom_button(__("Quotation"), () =>
		frappe.set_route("Form", "Quotation", doc.quotation),
	);
	show_story(frm);
	const { data, error } = await api.get(doc.quotation);
	if (frm.doc.name !== doc.name) return;
	// an older, cancelled one: what can be done is done with the Quotation's present one
	const view = data?.name === doc.name ? data : null;
	if (!view) {
		if (error && error.code !== "not_found")
			frm.set_intro(frappe.utils.escape_html(error.message), "red");
		return;
	}
	const screen = new DocumentScreen(frm, {
		quotation: doc.quotation,
		view,
		can: view.can,
		reload: () => frm.reload_doc(),
	});
	screen.show();
	if (view.status === "Unknown" && view.can.settle === true) {
		const $body = section(frm, __("Decide"));
		put_settle_panel($body, {
			kind: "proforma",
			// the line under the title says the rest
			subject: { ...view, series: doc.series, message: "" },
			send: (body) => api.post(doc.quotation, "settle", body),
			done: (next) => screen.changed(next),
		});
	}
}

/** The timeline beside the amounts, for a proforma and an invoice alike. */
export function show_story(frm) {
	const $body = section(frm, __("What happened"));
	$body.html(
		String(
			html`<div class="sb-story">
				<div class="sb-story-events"></div>
				<div class="sb-story-amounts">${amounts_html(frm.doc)}</div>
			</div>`,
		),
	);
	put_timeline($body.find(".sb-story-events"), frm.doc);
}

export function section(frm, title) {
	const $body = $(frm.dashboard.add_section("", title, "custom sb-section"));
	frm.dashboard.show();
	return $body;
}
