// The applicant's private page: how the request stands, what comes next, and what can be done.

import { Api } from "./api";
import { press } from "./button";
import { fill } from "./data";
import { Documents } from "./documents";
import { debounced, el, move_to, say, show } from "./dom";
import { draw_head, draw_steps } from "./progress";

const MAX_TEXT = 2000;

export function open_status(root, data) {
	new Status(root, data);
}

class Status {
	constructor(root, data) {
		this.data = data;
		this.texts = data.status;
		this.api = new Api(data);
		this.path = `/status/${encodeURIComponent(data.token)}`;
		this.main = root.querySelector("[data-status]");
		this.tell_box = root.querySelector("[data-told]");
		this.answer_form = root.querySelector("[data-answer]");
		this.withdraw_box = root.querySelector("[data-withdraw]");
		this.resend_box = root.querySelector("[data-resend]");
		this.documents = new Documents(
			this.answer_form.querySelector('[data-field="documents"]'),
			data.uploads,
		);
		this.listen();
		this.draw(data.view);
	}

	listen() {
		this.answer_form.addEventListener("submit", (event) => {
			event.preventDefault();
			this.answer();
		});
		this.part(this.resend_box, "start").addEventListener("click", () => this.resend());
		this.part(this.withdraw_box, "start").addEventListener("click", () =>
			this.ask_to_withdraw(true),
		);
		this.part(this.withdraw_box, "no").addEventListener("click", () =>
			this.ask_to_withdraw(false),
		);
		this.part(this.withdraw_box, "yes").addEventListener("click", () => this.withdraw());
		// the e-mail may have been confirmed in another tab
		const refresh = debounced(200, () => this.refresh());
		document.addEventListener(
			"visibilitychange",
			() => document.visibilityState === "visible" && refresh(),
		);
	}

	part(box, name) {
		return box.querySelector(`[data-do="${name}"]`);
	}

	/** Silent: what is on the screen stays when nobody answers. */
	async refresh() {
		const { data } = await this.api.get(this.path);
		if (data && JSON.stringify(data) !== JSON.stringify(this.view)) this.draw(data);
	}

	draw(view) {
		this.view = view;
		this.main.replaceChildren(
			draw_head(view, this.sent_on(view)),
			draw_steps(view.steps, this.texts),
			...this.parts_of(view).filter(Boolean),
		);
		show(this.answer_form, view.can.answer);
		show(this.answer_form.querySelector('[data-field="documents"]'), view.can.upload);
		show(this.resend_box, view.can.resend);
		show(this.withdraw_box, view.can.withdraw);
	}

	sent_on({ company_name, submitted_at }) {
		return submitted_at
			? `${company_name} · ${fill(this.texts.submitted, this.moment(submitted_at))}`
			: company_name;
	}

	parts_of({ status, rejection_reason, question, messages, documents }) {
		const is_over = ["Rejected", "Withdrawn"].includes(status);
		return [
			rejection_reason && this.quote(this.texts.reason, rejection_reason),
			question && this.quote(this.texts.question, question),
			this.conversation(messages, question),
			is_over &&
				el(
					"p.b2b-again",
					el(
						"a",
						{ href: `/b2b/register?_lang=${this.data.language}` },
						this.texts.again,
					),
				),
			documents?.length &&
				el(
					"section.b2b-part",
					el("h2", this.texts.documents),
					el(
						"ul.b2b-files",
						...documents.map((name) =>
							el("li.b2b-file", el("span.b2b-file-name", name)),
						),
					),
				),
		];
	}

	quote(title, text) {
		return el("section.b2b-quote", el("h2", title), el("p.b2b-said", text));
	}

	/** What was said before; an open question stands above already. */
	conversation(messages, question) {
		const last = messages.length - 1;
		const said = messages.filter(
			({ by }, index) => !(question && by === "us" && index === last),
		);
		if (!said.length) return null;
		const rows = said.map(({ by, text, at }) =>
			el(
				`li.b2b-message.b2b-message-${by === "us" ? "us" : "you"}`,
				el(
					"p.b2b-message-by",
					`${by === "us" ? this.texts.us : this.texts.you} · ${this.moment(at)}`,
				),
				el("p.b2b-said", text),
			),
		);
		return el(
			"section.b2b-part",
			el("h2", this.texts.conversation),
			el("ul.b2b-messages", ...rows),
		);
	}

	/** The server's own time, as people of this language write it. */
	moment(text) {
		const [, year, month, day, hour, minute] =
			text.match(/(\d+)-(\d+)-(\d+)[ T](\d+):(\d+)/) || [];
		if (!year) return text;
		return new Date(year, month - 1, day, hour, minute).toLocaleString(this.data.language, {
			dateStyle: "medium",
			timeStyle: "short",
		});
	}

	async answer() {
		const field = this.answer_form.querySelector("textarea");
		this.field_error("");
		if (!field.value.trim()) return this.field_error(this.data.texts.write_something);
		const form_data = new FormData();
		form_data.append("text", field.value.slice(0, MAX_TEXT));
		this.documents.append_to(form_data);
		const done = await this.act(
			this.answer_form.querySelector("[type=submit]"),
			"answer",
			form_data,
		);
		if (!done) return;
		field.value = "";
		this.documents.clear();
		this.tell(this.texts.answered);
	}

	field_error(text, name = "text") {
		if (name === "documents") return this.documents.show_error(text);
		const field = this.answer_form.querySelector("textarea");
		say(this.answer_form.querySelector("#answer-error"), text);
		field.closest(".b2b-field").classList.toggle("b2b-invalid", Boolean(text));
		if (text) {
			field.setAttribute("aria-invalid", "true");
			move_to(field);
		} else field.removeAttribute("aria-invalid");
	}

	async resend() {
		if (await this.act(this.part(this.resend_box, "start"), "resend"))
			this.tell(this.texts.resent);
	}

	ask_to_withdraw(asking) {
		show(this.withdraw_box.querySelector("[data-sure]"), asking);
		show(this.part(this.withdraw_box, "start"), !asking);
		this.part(this.withdraw_box, asking ? "no" : "start").focus();
	}

	async withdraw() {
		if (await this.act(this.part(this.withdraw_box, "yes"), "withdraw"))
			this.main.querySelector("h1").focus();
	}

	/** Do one thing on the server and show how the request stands then. */
	async act(button, action, body) {
		this.tell("");
		const answer = await press(button, this.data.texts.sending, () =>
			this.api.post(`${this.path}/${action}`, body),
		);
		if (!answer) return false;
		if (answer.error) {
			this.failed(answer.error);
			return false;
		}
		this.draw(answer.data);
		return true;
	}

	failed({ problems, message, code }) {
		const known = problems.filter(({ field }) => ["text", "documents"].includes(field));
		for (const { field, message: text } of known) this.field_error(text, field);
		if (!known.length) this.tell(message, "danger");
		// somebody decided meanwhile
		if (code === "decided") this.refresh();
	}

	tell(text, kind = "success") {
		this.tell_box.className = `b2b-notice b2b-notice-${kind}`;
		say(this.tell_box, text);
		if (text) move_to(this.tell_box);
	}
}
