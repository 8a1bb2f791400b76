// What can be done with a Quotation's proforma, the same on the Quotation's form and on the proforma's own.
import * as api from "./api";
import { lines_of, predecessor_lines, put_banners } from "./banners";
import { show_email } from "./email_dialog";
import { alert, again_at, error_html, html, open, record_link, waiting } from "./format";
import { show_invoice_dialog } from "./invoice_dialog";
import { patiently } from "./press";
import { show_settle } from "./settle_dialog";
import { show_cancel, show_discard, show_link, show_restore, show_unlink } from "./small_dialogs";

const POLL_MS = 2500;
// a little longer than a claim may last
const MAX_POLLS = 80;

/**
 * `options`: quotation; view (a proforma_view) or null; can; reload() after a change; field_link(field) -> markup;
 * predecessor; issue() where there is a button for it; details: whether to offer the proforma's own form.
 */
export class DocumentScreen {
	constructor(frm, options) {
		Object.assign(this, { frm, polls: 0, labels: [], error_line: null }, options);
		this.document = frm.doc.name;
		frm.smartbill_screen?.leave();
		frm.smartbill_screen = this;
	}

	/** The form serves one document after the other: whether it still shows ours. */
	get is_here() {
		return (
			!this.gone && this.frm.doc.name === this.document && this.frm.smartbill_screen === this
		);
	}

	leave() {
		this.gone = true;
		clearTimeout(this.timer);
	}

	show() {
		this.show_banners();
		this.show_buttons();
		this.poll();
	}

	update(view) {
		if (!this.is_here) return;
		this.view = view;
		this.can = view.can;
		this.error_line = null;
		this.show();
	}

	show_banners() {
		const lines = [
			...(this.error_line ? [this.error_line] : []),
			...lines_of(this.view),
			...predecessor_lines(this.predecessor),
		];
		put_banners(this.frm, lines, {
			check: () => this.check(),
			decide: () => this.decide(),
			decide_invoice: ({ name }) => this.decide_invoice(name),
			follow: () => this.follow(),
			pdf: () => this.open_pdf(),
			cancel: () =>
				show_cancel(this.view.quotation, this.view, (view) => this.changed(view)),
			cancel_predecessor: () =>
				show_cancel(this.predecessor.quotation, this.predecessor, () => this.reload()),
			restore: () => show_restore(this.view, (view) => this.changed(view)),
			field: ({ field }) => this.show_field(field),
		});
	}

	// buttons

	show_buttons() {
		const group = __("SmartBill");
		for (const label of this.labels) this.frm.remove_custom_button(label, group);
		this.labels = [];
		this.show_issue_button?.(this);
		for (const { label, why_not, run } of this.actions()) {
			const $button = this.frm.add_custom_button(
				label,
				() => (why_not ? this.explain(why_not) : run()),
				group,
			);
			this.labels.push(label);
			if (why_not) $button?.addClass("text-muted").attr("title", why_not);
		}
	}

	actions() {
		const { view, can } = this;
		const changed = (next, message) => this.changed(next, message);
		const one = (key, label, run) => ({
			label,
			run,
			why_not: can[key] === true ? "" : can[key],
		});
		const link = one("link", __("Link…"), () => show_link(this.quotation, changed));
		// nothing to group yet: a manager may link what was issued by hand, others see the one button
		if (!view) return can.link === true ? [link] : [];
		return [
			one("pdf", __("PDF"), () => this.open_pdf()),
			{
				label: __("Open in SmartBill"),
				run: () => open(view.document_url),
				why_not: view.document_url
					? ""
					: __("SmartBill gave no address of this document."),
			},
			one("email", __("Send by e-mail"), () => show_email(view, changed)),
			this.check_action(),
			one("invoice", __("Create invoice"), () => show_invoice_dialog(view, changed)),
			one("cancel", __("Cancel"), () => show_cancel(view.quotation, view, changed)),
			one("restore", __("Restore"), () => show_restore(view, changed)),
			link,
			one("unlink", __("Unlink"), () => show_unlink(view, () => this.reload())),
			...(view.status === "Draft"
				? [one("discard", __("Give up the draft"), () => show_discard(view, changed))]
				: []),
			...(this.details
				? [
						{
							label: __("Details"),
							run: () => frappe.set_route("Form", "SmartBill Proforma", view.name),
						},
				  ]
				: []),
		];
	}

	/** One button for both questions: has SmartBill created it, and what became of it since. */
	check_action() {
		const label = __("Check status");
		if (this.can.check === true) return { label, run: () => this.check() };
		const why_not = this.can.follow === true ? "" : this.can.check;
		return { label, why_not, run: () => this.follow() };
	}

	explain(text) {
		alert(text, "orange");
	}

	// doing

	async ask(step, body) {
		let told = false;
		const answer = await patiently(
			() => api.post(this.quotation, step, body),
			(seconds, message) => {
				if (!told) alert(waiting(seconds, message), "orange", 10);
				told = true;
			},
			() => !this.is_here,
		);
		if (answer.error && !answer.left) this.show_error(answer.error);
		return answer;
	}

	async check() {
		if (this.checking) return;
		this.checking = true;
		alert(__("SmartBill is being asked."), "blue", 3);
		const { data } = await this.ask("check");
		this.checking = false;
		if (!data) return;
		if (data.settled && data.can.follow === true && this.view.settled) await this.follow();
		else this.changed(data);
	}

	async follow() {
		const { data } = await this.ask("follow");
		if (data) this.changed(data, __("As SmartBill has it now."));
	}

	async open_pdf() {
		if (this.view.pdf_url) return open(this.view.pdf_url);
		const { data } = await this.ask("pdf");
		if (!data) return;
		this.changed(data, data.pdf_url ? __("The PDF is stored.") : "");
		if (data.pdf_url) open(data.pdf_url);
		else alert(__("The PDF is not available yet. {0}", [data.pdf_error || ""]), "orange");
	}

	async decide() {
		// the view tells a series only together with a number
		const { message } = await frappe.db.get_value(
			"SmartBill Proforma",
			this.view.name,
			"series",
		);
		show_settle({
			title: __("Decide about the proforma of {0}", [this.quotation]),
			kind: "proforma",
			subject: { ...this.view, series: message?.series },
			send: (body) => api.post(this.quotation, "settle", body),
			done: (view) => this.changed(view),
		});
	}

	async decide_invoice(name) {
		const doc = await frappe.db.get_doc("SmartBill Invoice", name);
		show_settle({
			title: __("Decide about the invoice of {0}", [this.quotation]),
			kind: "invoice",
			subject: { ...doc, message: doc.error, evidence: JSON.parse(doc.evidence || "null") },
			send: (body) => api.post(this.quotation, "invoice/settle", body),
			done: (view) => this.changed(view),
		});
	}

	/** The proforma changed on the server: so did our fields of the form, and perhaps its attachments. */
	async changed(view, message) {
		const text = message === undefined ? view.message : message;
		if (text) alert(text, view.settled ? "green" : "orange");
		if (!this.is_here) return;
		if (this.frm.is_dirty()) this.update(view);
		else await this.reload();
	}

	show_error(error) {
		if (!this.is_here) {
			alert(`${this.document}: ${error.message}`, "red", 15);
			return;
		}
		const way = (one) => record_link(one) || this.field_link?.(one.field) || "";
		this.error_line = {
			content: html`${error_html(error, way)} ${again_at(error)}`,
			color: error.is_open || error.code === "connection_lost" ? "orange" : "red",
		};
		this.show_banners();
		frappe.utils.scroll_to(this.frm.layout.message, true, 120);
	}

	poll() {
		clearTimeout(this.timer);
		const in_the_air =
			this.view?.status === "Sending" ||
			this.view?.invoices.some(({ status }) => status === "Sending");
		if (!in_the_air || this.polls++ >= MAX_POLLS) return;
		this.timer = setTimeout(async () => {
			if (!this.is_here) return;
			const { data } = await api.get(this.quotation);
			if (!this.is_here) return;
			// what somebody is reading, or has the focus on, stays as long as it is true
			if (!data || JSON.stringify(data) === JSON.stringify(this.view)) this.poll();
			else if (data.status !== this.view.status) this.changed(data);
			else this.update(data);
		}, POLL_MS);
	}
}
