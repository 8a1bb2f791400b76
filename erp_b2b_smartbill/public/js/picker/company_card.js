// What ANAF says of a fiscal code, to be looked at before a Customer is made of it.
import { again_at, error_html, html, join, listen, mark, spinner } from "../smartbill/format";
import * as api from "./api";

export class CompanyCard {
	/** `done(data)` gets what the server made, or had; `back()` leads to where the person came from. */
	constructor($area, { done, back }) {
		this.$area = $area;
		this.done = done;
		this.back = back;
		$area.on("keydown", (event) => this.pressed(event.originalEvent));
		listen($area, {
			retry: () => this.show(this.cui),
			confirm: () => this.confirm(),
			back: () => this.leave(),
		});
	}

	async show(cui) {
		this.asked?.abort();
		const asked = (this.asked = new AbortController());
		Object.assign(this, { cui, answer: null, error: null, is_making: false });
		this.put();
		const answer = await api.company_of(cui, asked.signal);
		if (asked !== this.asked) return;
		this.answer = answer;
		this.put();
	}

	/** Whatever is still in the air is of no interest any more. */
	forget() {
		this.asked?.abort();
		this.asked = null;
	}

	leave() {
		if (this.is_making || !this.asked) return;
		this.forget();
		this.$area.empty();
		this.back();
	}

	async confirm() {
		if (this.is_making) return;
		Object.assign(this, { is_making: true, error: null });
		this.put();
		const { data, error } = await api.select({ cui: this.cui });
		this.is_making = false;
		if (data) return this.done(data);
		this.error = error;
		if (this.asked) this.put();
	}

	put() {
		this.$area.html(String(html`${content_of(this)}`));
		// Enter confirms, Tab goes on from here
		(this.$area.find(".btn-primary:enabled")[0] || this.$area[0]).focus();
	}

	pressed(event) {
		// while it is made, only the dialog can be left
		if (event.key !== "Escape" || this.is_making) return;
		// back to the list, not out of the dialog
		event.preventDefault();
		event.stopPropagation();
		this.leave();
	}
}

function content_of({ cui, answer, error, is_making }) {
	if (!answer)
		return html`<div class="sb-empty">
			${spinner()} ${__("ANAF is being asked about {0}", [cui])}
		</div>`;
	const { data } = answer;
	if (!data) return unknown_html(error_html(answer.error), { detail: again_at(answer.error) });
	if (data.customer || data.state === "found") return card_html(cui, data, error, is_making);
	if (data.state === "unknown")
		return unknown_html(__("ANAF knows no company with the CUI {0}.", [cui]), {
			for_good: true,
		});
	if (data.state === "invalid")
		return unknown_html(__("{0} is not a valid CUI.", [cui]), { for_good: true });
	return unknown_html(__("ANAF does not answer at the moment."));
}

function unknown_html(text, { detail, for_good } = {}) {
	return html`<div class="sb-empty" role="alert">
		${mark(for_good ? "neutral" : "notice")}
		<div>${text}</div>
		<div class="text-muted">${detail}</div>
		<div class="sb-company-actions">
			${!for_good && button("retry", __("Ask again"), "btn-primary")}
			${button("back", __("Back"), "btn-default")}
		</div>
	</div>`;
}

function card_html(cui, data, error, is_making) {
	const { customer, name, reg_com, address, city, county, vat_payer, state, struck_off } = data;
	const may_create = frappe.model.can_create("Customer");
	const can_confirm = customer || (may_create && !struck_off);
	const label = customer ? __("Pick this customer") : __("Create customer");
	const code = vat_payer && /^\d/.test(data.cui) ? `RO${data.cui}` : data.cui || cui;
	return html`<div class="sb-company">
		<div class="sb-company-card">
			<div class="sb-caption">${customer ? __("Already a customer") : __("ANAF says")}</div>
			<div class="sb-company-name">${data.customer_name || name}</div>
			<div>${join([code, reg_com], " · ")}</div>
			<div>${join([address, city, county], ", ")}</div>
			${state === "found" &&
			html`<div>${vat_payer ? __("VAT payer") : __("Not a VAT payer")}</div>`}
			${warning_of(data)}
		</div>
		${!customer &&
		!may_create &&
		html`<div class="sb-note sb-note-orange">
			${__("You may not create Customers: ask whoever looks after them.")}
		</div>`}
		${error &&
		html`<div class="sb-note sb-note-red" role="alert">
			${error_html(error)} ${again_at(error)}
		</div>`}
		<div class="sb-company-actions">
			${can_confirm &&
			button("confirm", html`${is_making && spinner()} ${label}`, "btn-primary", is_making)}
			${button("back", __("Back"), "btn-default", is_making)}
		</div>
	</div>`;
}

function warning_of({ state, active, struck_off }) {
	if (state !== "found" || active) return null;
	const text = struck_off
		? __("This company was struck off: it can no longer be quoted.")
		: __("This company is inactive at ANAF.");
	return html`<div class="sb-company-warning">${mark("notice")} ${text}</div>`;
}

function button(name, label, kind, is_busy) {
	return html`<button
		type="button"
		class="btn btn-sm ${kind}"
		data-sb="${name}"
		${is_busy && html`disabled`}
	>
		${label}
	</button>`;
}
