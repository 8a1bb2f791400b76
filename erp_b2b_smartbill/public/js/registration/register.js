// The form of a company that asks to become a customer.

import { Api } from "./api";
import { press } from "./button";
import { suggest_cities } from "./cities";
import { fill } from "./data";
import { Documents } from "./documents";
import { debounced, el, move_to, say, show } from "./dom";
import { forget_draft, read_draft, write_draft } from "./draft";
import { Fields, draw_summary } from "./fields";
import { Lookup } from "./lookup";

const STEPS = {
	company: ["cui", "company_name", "vat_payer", "county", "city", "address_line"],
	contact: ["first_name", "last_name", "email", "phone"],
	documents: ["terms_accepted"],
};

export function open_register(root, data) {
	new Registration(root.querySelector("#registration"), data);
}

class Registration {
	constructor(form, data) {
		this.form = form;
		this.data = data;
		this.texts = data.form;
		this.api = new Api(data);
		this.fields = new Fields(form, this.texts, data.home_country);
		this.summary = form.querySelector("[data-summary]");
		this.failure = form.querySelector("[data-failure]");
		this.submit_button = form.querySelector("[type=submit]");
		const documents = form.querySelector('[data-field="documents"]');
		this.documents = documents && new Documents(documents, data.uploads);
		this.lookup = new Lookup(this.fields, this.api, this.texts, () => this.changed());
		suggest_cities(this.fields, this.api);
		this.listen();
		this.restore();
		this.fields.follow_place();
		this.mark_steps();
		this.submit_button.disabled = false;
	}

	listen() {
		const keep = () => this.is_sent || write_draft(this.fields.kept());
		this.keep = debounced(300, keep);
		window.addEventListener("pagehide", keep);
		this.form.addEventListener("input", ({ target }) => {
			// a mark goes as soon as it is not true any more, but none comes while somebody types
			const name = field_of(target);
			if (name && this.fields.wrapper(name)?.classList.contains("b2b-invalid"))
				this.fields.check(name);
			this.changed();
		});
		this.form.addEventListener("change", ({ target }) => {
			const name = field_of(target);
			if (["country", "county"].includes(name)) this.fields.follow_place();
			this.changed();
		});
		this.form.addEventListener("focusout", ({ target, relatedTarget }) =>
			this.left(target, relatedTarget),
		);
		this.form.addEventListener("submit", (event) => {
			event.preventDefault();
			this.submit();
		});
		this.form.querySelector("[data-abroad]").addEventListener("click", ({ target }) => {
			show(this.fields.wrapper("country"));
			show(target, false);
			this.fields.focus("country");
		});
		// going back to a request that was sent starts another one
		window.addEventListener("pageshow", ({ persisted }) => {
			if (persisted && this.is_sent) location.reload();
		});
	}

	left(target, next) {
		const name = field_of(target);
		if (!name || name === "documents" || name === "reference_note") return;
		// from one answer of a question to the other
		if (next && field_of(next) === name) return;
		// an empty field that was only passed through is told about at the end
		const touched = target.type === "checkbox" || this.fields.get(name);
		if (touched || this.fields.wrapper(name).classList.contains("b2b-invalid"))
			this.fields.check(name);
	}

	changed() {
		this.keep();
		this.mark_steps();
	}

	/** A step whose fields are all right gets a tick. */
	mark_steps() {
		for (const [step, names] of Object.entries(STEPS)) {
			const done = names.every(
				(name) => !this.fields.problem_of(name) && !this.fields.hint_of(name),
			);
			const section = this.form.querySelector(`[data-step="${step}"]`);
			section.classList.toggle("b2b-step-done", done);
			show(section.querySelector("[data-done]"), done);
		}
	}

	restore() {
		const draft = read_draft();
		if (!draft) return;
		// what the browser itself has put there again is newer
		for (const name of ["country", "county", ...this.fields.names])
			if (draft[name] && !(name !== "country" && this.fields.get(name)))
				this.fields.set(name, draft[name]);
		if (this.fields.is_abroad()) show(this.fields.wrapper("country"));
		const box = this.form.querySelector("[data-restored]");
		const restart = el("button.b2b-link", {
			type: "button",
			onclick: () => this.start_over(box),
		});
		restart.textContent = this.texts.start_over;
		box.replaceChildren(el("span", this.texts.restored), restart);
		show(box);
	}

	start_over(box) {
		forget_draft();
		this.form.reset();
		this.documents?.clear();
		this.lookup.forget();
		this.fields.clear_errors();
		this.fields.follow_place();
		this.mark_steps();
		show(this.summary, false);
		show(box, false);
		this.fields.focus("cui");
	}

	async submit() {
		say(this.failure, "");
		show(this.summary, false);
		const problems = this.fields.problems();
		if (problems.length) return this.show_problems(problems);
		this.fields.clear_errors();
		const answer = await press(this.submit_button, this.data.texts.sending, (tell) =>
			this.send(tell),
		);
		if (answer) this.answered(answer);
	}

	async send(tell) {
		const on_progress = this.documents?.files.length
			? (part) =>
					tell(
						part < 100
							? fill(this.data.texts.sending_part, part)
							: this.data.texts.sending,
					)
			: null;
		const answer = await this.api.post("", this.form_data(), { on_progress });
		if (answer.data) await this.leave(answer.data);
		return answer;
	}

	form_data() {
		const form_data = new FormData();
		for (const [name, value] of Object.entries(this.fields.values()))
			form_data.append(name, value);
		form_data.append(
			"terms_accepted",
			this.fields.control("terms_accepted").checked ? "1" : "",
		);
		form_data.append("reference_note", this.form.querySelector("#reference_note").value);
		form_data.append("opened", this.data.opened);
		form_data.append("language", this.data.language);
		this.documents?.append_to(form_data);
		return form_data;
	}

	/** To the private page of the request. The button stays as it is until the browser is there. */
	leave({ token }) {
		this.is_sent = true;
		forget_draft();
		const address = `/b2b/status?token=${encodeURIComponent(token)}&_lang=${
			this.data.language
		}`;
		location.assign(address);
		return new Promise((resolve) => setTimeout(resolve, 10_000));
	}

	answered({ data, error }) {
		if (data) return;
		if (error.problems.length) {
			this.show_problems(error.problems);
			return;
		}
		say(this.failure, error.message);
		move_to(this.submit_button);
	}

	show_problems(problems) {
		this.fields.clear_errors();
		for (const { field, message } of problems) this.fields.show_error(field, message);
		const { summary, summary_one } = this.texts;
		const title = problems.length === 1 ? summary_one : fill(summary, problems.length);
		draw_summary(this.summary, title, problems, this.fields);
		this.mark_steps();
	}
}

function field_of(element) {
	return element.closest?.("[data-field]")?.dataset.field;
}
