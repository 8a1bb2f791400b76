// A line above the form while the offer is more than the customer may still buy on credit.
import { html, money } from "./parts";

const DELAY_MS = 250;
// whatever changes an amount goes through Frappe's model: the document's own fields and those of its rows
const WATCHED = ["Quotation", "Quotation Item", "Sales Taxes and Charges"];

const warnings = new Set();

export class LimitWarning {
	constructor(frm) {
		Object.assign(this, { frm, credit: null });
		warnings.add(this);
		watch();
	}

	/** The essentials, when there are any. Whoever may not see credit is sent none. */
	take(data) {
		this.credit = data?.credit || null;
		this.look();
	}

	look() {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.look_now(), DELAY_MS);
	}

	async look_now() {
		// the total is the server's, and it may be on its way
		await frappe.after_ajax();
		await this.frm.erpnext_questions;
		const over = this.over();
		const said = over && text_of(over);
		if (said === this.said && this.is_shown()) return;
		this.said = said;
		const $area = this.frm.layout.message;
		$area?.find(".b2b-over-credit").closest(".form-message").remove();
		if (!said) return;
		this.frm.layout.show_message(
			`<div class="b2b-over-credit" role="status">${String(said)}</div>`,
			"orange",
			true,
		);
	}

	is_shown() {
		const is_there = Boolean(this.frm.layout.message?.find(".b2b-over-credit").length);
		return is_there === Boolean(this.said);
	}

	/** By how much the draft is over what is available, in the company's currency; null where it is not. */
	over() {
		const { doc } = this.frm;
		const { available, currency } = this.credit || {};
		if (doc.docstatus !== 0 || available == null) return null;
		const total =
			flt(doc.base_grand_total) || flt(doc.grand_total) * (flt(doc.conversion_rate) || 1);
		const missing = flt(total - Math.max(available, 0), 2);
		if (!total || missing <= 0) return null;
		return { total, missing, available, currency };
	}
}

function text_of({ total, missing, available, currency }) {
	const [offer, more] = [money(total, currency), money(missing, currency)];
	const text =
		available > 0
			? __("This offer of {0} is {1} over the available credit.", [offer, more])
			: __("This offer of {0} comes on top of a credit that is used up.", [offer]);
	return String(html`${text}`);
}

let is_watching = false;

function watch() {
	if (is_watching) return;
	is_watching = true;
	const changed = () => {
		for (const warning of warnings) if (warning.frm === window.cur_frm) warning.look();
	};
	for (const doctype of WATCHED) frappe.model.on(doctype, "*", changed);
	frappe.ui.form.on("Quotation Item", "items_remove", changed);
}
