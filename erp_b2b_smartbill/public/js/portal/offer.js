// One quotation as the buyer sees it: its proforma, his answer, and the form that takes it.

import { press } from "../registration/button";
import { fill } from "../registration/data";
import { el, move_to, say } from "../registration/dom";

const MAX_COMMENT = 2000;

export class Offer {
	/** `on_change(view, text, kind)` is told how it stands after an answer; `kind` is of a notice. */
	constructor({ api, texts, base, on_change }) {
		this.api = api;
		this.texts = texts;
		this.base = base;
		this.on_change = on_change;
	}

	path(name) {
		return `/quotations/${name.split("/").map(encodeURIComponent).join("/")}`;
	}

	/** The answer, and what can be read. */
	foot(view) {
		return el("div.b2b-offer-foot", this.answer(view), this.links(view));
	}

	/** Links to what can be read. */
	links({ name, status, proforma }) {
		const pdf = `/api/method/frappe.utils.print_format.download_pdf?doctype=Quotation&name=${encodeURIComponent(name)}`;
		return el(
			"p.b2b-offer-links",
			// Frappe prints nothing that is cancelled
			status === "Cancelled"
				? null
				: el("a", { href: pdf, target: "_blank", rel: "noopener" }, this.texts.quotation_pdf),
			proforma?.has_pdf
				? el(
						"a",
						{ href: `${this.base}${this.path(name)}/proforma.pdf`, target: "_blank", rel: "noopener" },
						fill(this.texts.proforma_pdf, proforma.number),
					)
				: proforma && el("span", fill(this.texts.proforma, proforma.number)),
			proforma?.payment && el("span.b2b-pill", proforma.payment_label),
		);
	}

	/** What was answered, or the buttons to answer, or why there are none. */
	answer({ name, response, can_answer, closed }) {
		if (response) {
			const kind = response.response === "Accepted" ? "good" : "bad";
			return el(
				"div.b2b-offer-answer",
				el(`span.b2b-pill.b2b-pill-${kind}`, fill(this.texts.answered_on, response.label, response.at)),
				response.comment && el("p.b2b-said", response.comment),
			);
		}
		if (!can_answer) return closed ? el("p.b2b-hint", closed) : null;
		const box = el("div.b2b-offer-answer");
		this.ask(box, name);
		return box;
	}

	ask(box, name, focus = null) {
		const button = (response, style, text) =>
			el(
				`button.btn.${style}.b2b-button.b2b-button-small`,
				{ type: "button", "data-do": response, onclick: () => this.confirm(box, name, response) },
				text,
			);
		box.replaceChildren(
			el(
				"div.b2b-card-actions",
				button("Accepted", "btn-primary", this.texts.accept),
				button("Declined", "btn-default", this.texts.decline),
			),
		);
		if (focus) box.querySelector(`[data-do="${focus}"]`).focus();
	}

	confirm(box, name, response) {
		const { texts } = this;
		const accepts = response === "Accepted";
		const id = `comment-${name.replace(/[^A-Za-z0-9]/g, "-")}`;
		const error = el("p.b2b-error", { role: "alert", hidden: true });
		const comment = el("textarea.b2b-control", { id, rows: 3, maxlength: MAX_COMMENT });
		const send = el(
			`button.btn.${accepts ? "btn-primary" : "btn-danger"}.b2b-button.b2b-button-small`,
			{ type: "button", "data-do": "send" },
			accepts ? texts.send_accept : texts.send_decline,
		);
		send.addEventListener("click", () => this.send(send, error, name, response, comment.value));
		const back = { type: "button", onclick: () => this.ask(box, name, response) };
		box.replaceChildren(
			el(
				"div.b2b-card",
				el("p.b2b-card-title", fill(accepts ? texts.accept_title : texts.decline_title, name)),
				el("p.b2b-card-facts", accepts ? texts.accept_next : texts.decline_why),
				el(
					"div.b2b-field",
					el("label", { for: id }, texts.comment, el("span.b2b-optional", texts.optional)),
					comment,
				),
				error,
				el(
					"div.b2b-card-actions",
					send,
					el("button.btn.btn-default.b2b-button.b2b-button-small", back, texts.back),
				),
			),
		);
		comment.focus();
	}

	async send(button, error, name, response, comment) {
		say(error, "");
		const answer = await press(button, this.texts.sending, () =>
			this.api.post(`${this.path(name)}/response`, { response, comment }),
		);
		if (!answer) return;
		if (answer.data) return this.on_change(answer.data, this.texts.thanks, "success");
		if (answer.status === 409) {
			// somebody answered in another tab, or sales closed it: show how it stands
			const { data } = await this.api.get(this.path(name));
			if (data) return this.on_change(data, answer.error.message, "warning");
		}
		say(error, answer.error.message);
		move_to(error);
	}
}
