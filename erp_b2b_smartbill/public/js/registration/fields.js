// The fields of the form: their controls, values, checks and errors.

import * as checks from "./checks";
import { el, move_to, say, show } from "./dom";

const TYPED = [
	"cui",
	"company_name",
	"vat_payer",
	"reg_com",
	"country",
	"county",
	"city",
	"address_line",
	"postal_code",
	"iban",
	"first_name",
	"last_name",
	"email",
	"phone",
	"message",
];
const NOT_KEPT = ["iban"];
const OPTIONAL = ["reg_com", "postal_code", "iban", "message"];
const CAPITAL = "Bucuresti";

export class Fields {
	constructor(form, texts, home_country) {
		this.form = form;
		this.texts = texts;
		this.home_country = home_country;
		this.names = TYPED;
	}

	wrapper(name) {
		return this.form.querySelector(`[data-field="${name}"]`);
	}

	/** What a person types or chooses in now: county and city have two forms. */
	control(name) {
		const by_id = (id) => this.form.querySelector(`#${id}`);
		if (name === "county" && this.is_abroad()) return by_id("county-abroad");
		if (name === "city" && this.is_capital()) return by_id("city-sector");
		if (name === "vat_payer") {
			return this.form.querySelector("[name=vat_payer]:checked") || by_id("vat_payer");
		}
		return by_id(name);
	}

	get(name) {
		if (name === "vat_payer") {
			return this.form.querySelector("[name=vat_payer]:checked")?.value || "";
		}
		return this.control(name).value.trim();
	}

	set(name, value) {
		if (name === "vat_payer") {
			for (const radio of this.form.querySelectorAll("[name=vat_payer]"))
				radio.checked = radio.value === value;
		} else if (this.control(name).tagName === "SELECT") {
			this.choose(this.control(name), value);
		} else {
			this.control(name).value = value;
		}
		if (["country", "county"].includes(name)) this.follow_place();
	}

	/** By value, county code, or what is written there. */
	choose(select, value) {
		const wanted = checks.folded(value);
		const option = [...select.options].find(({ value, text, dataset }) =>
			[value, text, dataset.code || value].some((name) => checks.folded(name) === wanted),
		);
		select.value = option ? option.value : "";
	}

	values() {
		return Object.fromEntries(this.names.map((name) => [name, this.get(name)]));
	}

	/** What a draft holds: nothing of a form that nobody has touched. */
	kept() {
		const entries = Object.entries(this.values()).filter(
			([name, value]) => value && !NOT_KEPT.includes(name),
		);
		const kept = Object.fromEntries(entries);
		if (kept.country === this.home_country) delete kept.country;
		return kept;
	}

	is_abroad() {
		return this.form.querySelector("#country").value !== this.home_country;
	}

	is_capital() {
		return !this.is_abroad() && this.form.querySelector("#county").value === CAPITAL;
	}

	county_code() {
		return this.form.querySelector("#county").selectedOptions[0]?.dataset.code || "";
	}

	/** Abroad the county is typed; in the capital the city is a sector. */
	follow_place() {
		const { labels } = this.texts;
		const abroad = this.is_abroad();
		this.swap(
			"county",
			abroad ? "county-abroad" : "county",
			abroad ? labels.county_abroad : labels.county,
		);
		const capital = this.is_capital();
		this.swap("city", capital ? "city-sector" : "city", capital ? labels.sector : labels.city);
		this.form.querySelector('label[for="cui"]').firstChild.textContent = abroad
			? labels.cui_abroad
			: labels.cui;
		this.control("cui").required = !abroad;
		this.control("cui").setAttribute("aria-required", String(!abroad));
		show(this.form.querySelector("[data-hint-home]"), !abroad);
	}

	swap(name, id, label_text) {
		const wrapper = this.wrapper(name);
		for (const control of wrapper.querySelectorAll(".b2b-control"))
			show(control, control.id === id);
		const label = wrapper.querySelector("label");
		label.htmlFor = id;
		label.textContent = label_text;
	}

	is_required(name) {
		if (name === "terms_accepted") return true;
		if (["cui", "vat_payer", "county"].includes(name) && this.is_abroad())
			return name === "vat_payer";
		return this.names.includes(name) && !OPTIONAL.includes(name);
	}

	/** The sentence that says what is missing or wrong, or "". Only what the server surely refuses. */
	problem_of(name) {
		const { required, wrong } = this.texts;
		if (name === "terms_accepted") {
			return this.control(name).checked ? "" : required.terms_accepted;
		}
		const value = this.get(name);
		if (!value) {
			if (!this.is_required(name)) return "";
			return name === "city" && this.is_capital() ? required.sector : required[name];
		}
		if (name === "email" && !checks.is_email(value)) return wrong.email;
		if (name === "phone" && !checks.is_phone(value)) return wrong.phone;
		if (name === "iban" && !checks.is_iban(value)) return wrong.iban;
		if (name === "postal_code" && !this.is_abroad() && !checks.is_postal_code(value))
			return wrong.postal_code;
		return "";
	}

	/** About the fiscal code the page only hints. */
	hint_of(name) {
		if (name !== "cui" || this.is_abroad() || !this.get("cui")) return "";
		const digits = checks.cui_digits(this.get("cui"));
		if (!digits) return this.texts.wrong.cui;
		return checks.has_right_check_digit(digits) ? "" : this.texts.wrong.cui_digit;
	}

	problems() {
		return [...this.names, "terms_accepted"]
			.map((field) => ({ field, message: this.problem_of(field) }))
			.filter(({ message }) => message);
	}

	check(name) {
		this.show_error(name, this.problem_of(name) || this.hint_of(name));
	}

	show_error(name, message) {
		const wrapper = this.wrapper(name);
		if (!wrapper) return;
		say(wrapper.querySelector(".b2b-error"), message);
		wrapper.classList.toggle("b2b-invalid", Boolean(message));
		for (const control of wrapper.querySelectorAll("input, select, textarea")) {
			if (message) control.setAttribute("aria-invalid", "true");
			else control.removeAttribute("aria-invalid");
		}
	}

	clear_errors() {
		for (const wrapper of this.form.querySelectorAll("[data-field]"))
			this.show_error(wrapper.dataset.field, "");
	}

	focus(name) {
		move_to(this.control(name) || this.form);
	}

	label_of(name) {
		const label = this.wrapper(name)?.querySelector("label, legend, .b2b-label");
		return label?.firstChild?.textContent.trim() || name;
	}
}

/** Everything that is wrong, at the top, each with a way to its field; what has no field is a line of its own. */
export function draw_summary(box, title, problems, fields) {
	const rows = problems.map(({ field, message }) => {
		if (!fields.wrapper(field)) return el("li", message);
		const go = (event) => {
			event.preventDefault();
			fields.focus(field);
		};
		// the consent's label is a sentence
		const text =
			field === "terms_accepted" ? message : `${fields.label_of(field)}: ${message}`;
		return el("li", el("a", { href: `#${fields.control(field).id}`, onclick: go }, text));
	});
	box.replaceChildren(el("h2", title), el("ul", ...rows));
	show(box);
	move_to(box);
}
