// The form of a SmartBill Invoice: what happened, its amounts, and what a person decides when the outcome is unknown.
import * as api from "./api";
import { may_settle, put_banners } from "./banners";
import { alert, html, open, spinner } from "./format";
import { section, show_story } from "./proforma_form";
import { put_settle_panel } from "./settle_dialog";

export function show_invoice(frm) {
	const { doc } = frm;
	frm.disable_save();
	frm.toggle_display(["amounts_section", "evidence_section"], false);
	frm.add_custom_button(__("Quotation"), () =>
		frappe.set_route("Form", "Quotation", doc.quotation),
	);
	if (doc.pdf) frm.add_custom_button(__("PDF"), () => open(doc.pdf));
	if (doc.document_url)
		frm.add_custom_button(__("Open in SmartBill"), () => open(doc.document_url));
	if (doc.number) frm.add_custom_button(__("Check status"), () => follow(frm));
	put_banners(frm, lines_of(doc), {});
	show_story(frm);
	if (doc.status !== "Unknown" || !may_settle()) return;
	put_settle_panel(section(frm, __("Decide")), {
		kind: "invoice",
		subject: { ...doc, message: "", evidence: JSON.parse(doc.evidence || "null") },
		send: (body) => api.post(doc.quotation, "invoice/settle", body),
		done: () => frm.reload_doc(),
	});
}

async function follow(frm) {
	const { error } = await api.post(frm.doc.quotation, "follow");
	if (error) alert(error.message, "red");
	else frm.reload_doc();
}

function lines_of(doc) {
	if (doc.status === "Unknown") {
		const whom = !may_settle() && doc.needs_person ? __("Ask a B2B Manager to decide.") : "";
		return [
			{
				content: html`<b>${__("Outcome unknown: SmartBill may have created it.")}</b>
					${doc.error || ""} ${whom}`,
				color: "red",
			},
		];
	}
	if (doc.status === "Sending")
		return [{ content: html`${spinner()} <b>${__("Being issued…")}</b>`, color: "orange" }];
	return [];
}
