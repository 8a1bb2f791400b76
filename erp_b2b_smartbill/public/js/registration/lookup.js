// Asks the tax office about the company while its code is being typed, and offers what it knows.
// Nobody waits for it: after five seconds the page says so and the form is filled in by hand.

import * as checks from "./checks";
import { debounced, el, show } from "./dom";

const TIMEOUT = 5000;
// a company that has just been typed, not every code on the way there
const TYPING_PAUSE = 450;
const FILLED = [
	"company_name",
	"vat_payer",
	"reg_com",
	"county",
	"city",
	"address_line",
	"postal_code",
];

export class Lookup {
	constructor(fields, api, texts, on_filled) {
		this.fields = fields;
		this.api = api;
		this.texts = texts;
		this.on_filled = on_filled;
		this.box = fields.form.querySelector("[data-lookup]");
		this.spinner = fields.form.querySelector("[data-spinner]");
		// field: what we put there, which is not the applicant's own
		this.ours = {};
		this.asked = "";
		const input = fields.control("cui");
		input.addEventListener(
			"input",
			debounced(TYPING_PAUSE, () => this.look()),
		);
		input.addEventListener("change", () => this.look());
		// after the code alone nobody means to send the form
		input.addEventListener("keydown", (event) => {
			if (event.key !== "Enter") return;
			event.preventDefault();
			this.look();
		});
	}

	async look() {
		const digits = checks.cui_digits(this.fields.get("cui"));
		const can_ask =
			digits && !this.fields.is_abroad() && checks.has_right_check_digit(digits) && digits;
		if (can_ask === this.asked) return;
		this.stop();
		this.asked = can_ask;
		if (!can_ask) return;
		this.abort = new AbortController();
		this.wait(true);
		const { data, error } = await this.api.get(`/company/${digits}`, {
			timeout: TIMEOUT,
			signal: this.abort.signal,
		});
		if (error?.code === "aborted") return;
		this.wait(false);
		this.answered(data);
	}

	answered(data) {
		if (data?.state === "found" && data.company) this.offer(data.company);
		else if (data?.state === "unknown") this.line(this.texts.lookup.unknown);
		else if (data?.state === "invalid") this.fields.check("cui");
		else this.line(this.texts.lookup.unavailable);
	}

	stop() {
		this.abort?.abort();
		this.wait(false);
		this.box.replaceChildren();
	}

	/** Start over, e.g. when the form was emptied. */
	forget() {
		this.stop();
		this.asked = "";
		this.ours = {};
	}

	wait(waiting) {
		show(this.spinner, waiting);
		if (waiting) this.line(this.texts.lookup.asking);
	}

	line(text) {
		this.box.replaceChildren(el("p.b2b-lookup-line", text));
	}

	offer(company) {
		const { lookup } = this.texts;
		const facts = [
			this.place_of(company),
			company.vat_payer ? lookup.vat_payer : lookup.not_vat_payer,
			company.reg_com,
		];
		const warning =
			(company.struck_off && lookup.struck_off) || (company.inactive && lookup.inactive);
		this.box.replaceChildren(
			el(
				"div.b2b-card",
				el("p.b2b-card-title", company.name),
				el("p.b2b-card-facts", facts.filter(Boolean).join(" · ")),
				warning ? el("p.b2b-card-warning", warning) : null,
				el(
					"div.b2b-card-actions",
					el("span.b2b-card-question", lookup.is_it_you),
					button("btn-primary", lookup.yes, () => this.take(company)),
					button("btn-default", lookup.no, () => {
						this.box.replaceChildren();
						this.fields.focus("company_name");
					}),
				),
			),
		);
	}

	place_of(company) {
		const options = [...this.fields.form.querySelector("#county").options];
		return options.find(({ value }) => value === company.county)?.text || company.county || "";
	}

	/** Fill what is empty or was ours; ask about what the applicant typed. */
	take(company) {
		const given = this.values_of(company);
		const differing = [];
		let filled = 0;
		for (const name of FILLED) {
			const value = given[name];
			const typed = this.fields.get(name);
			if (!value || checks.same(typed, value)) continue;
			if (typed && typed !== this.ours[name]) {
				differing.push(name);
				continue;
			}
			this.put(name, value);
			filled += 1;
		}
		const { lookup } = this.texts;
		if (differing.length) this.ask_about(differing, given);
		else this.end(filled ? lookup.filled : lookup.already);
		this.on_filled();
	}

	values_of(company) {
		return {
			...Object.fromEntries(FILLED.map((name) => [name, company[name] || ""])),
			company_name: company.name || "",
			vat_payer: { true: "Yes", false: "No" }[company.vat_payer] || "",
		};
	}

	put(name, value) {
		this.fields.set(name, value);
		// as it stands there now: a list has its own spelling
		this.ours[name] = this.fields.get(name);
		this.fields.show_error(name, "");
	}

	ask_about(names, given) {
		const { lookup, labels } = this.texts;
		const rows = names.map((name) =>
			el(
				"li",
				el("span.b2b-differs-label", labels[name]),
				el("span.b2b-differs-old", this.shown(name, this.fields.get(name))),
				el("span.b2b-differs-arrow", { "aria-hidden": "true" }, "→"),
				el("span.b2b-differs-new", this.shown(name, given[name])),
			),
		);
		const replace = () => {
			for (const name of names) this.put(name, given[name]);
			this.end(lookup.filled);
			this.on_filled();
		};
		const card = el(
			"div.b2b-card",
			{ tabindex: "-1" },
			el("p.b2b-card-title", lookup.differs),
			el("ul.b2b-differs", ...rows),
			el(
				"div.b2b-card-actions",
				button("btn-primary", lookup.keep, () => this.end(lookup.kept)),
				button("btn-default", lookup.replace, replace),
			),
		);
		this.box.replaceChildren(card);
		card.focus();
	}

	shown(name, value) {
		if (name !== "vat_payer") return value;
		return value === "Yes" ? this.texts.yes : this.texts.no;
	}

	/** The buttons go: whoever pressed one by keyboard goes on from here. */
	end(text) {
		const line = el("p.b2b-lookup-line.b2b-lookup-done", { tabindex: "-1" }, text);
		this.box.replaceChildren(line);
		line.focus({ preventScroll: true });
	}
}

function button(kind, text, onclick) {
	return el(`button.btn.${kind}.b2b-button.b2b-button-small`, { type: "button", onclick }, text);
}
