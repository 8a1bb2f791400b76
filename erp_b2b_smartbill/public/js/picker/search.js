// What is asked and what is known, without a screen: one request in flight, and no answer to another question.
import * as api from "./api";

const PAGE = 20;
const PAUSE_MS = 200;
const PATIENCE_MS = 20_000;

export class Search {
	/** `changed()` is called whenever something is asked or answered. */
	constructor(company, changed) {
		this.company = company;
		this.changed = changed;
		this.wanted = { q: "", source: "" };
		this.rows = [];
	}

	/** Whether what is known does not yet answer what is asked. */
	get is_waiting() {
		return this.answered !== this.wanted;
	}

	/** Sent when nobody has typed for a moment. */
	ask({ q, source }, pause = PAUSE_MS) {
		clearTimeout(this.timer);
		this.wanted = { q, source };
		this.timer = setTimeout(() => this.now(), pause);
		this.changed();
	}

	/** Without waiting for more to be typed. */
	now() {
		clearTimeout(this.timer);
		this.timer = null;
		if (this.is_waiting) this.send(0);
	}

	/** After an error. */
	again() {
		const more = this.rows.length && this.next;
		this.error = null;
		if (more) this.more();
		else this.ask(this.wanted, 0);
	}

	more() {
		if (!this.is_waiting && !this.error && this.next) this.send(this.next);
	}

	leave() {
		this.is_left = true;
		clearTimeout(this.timer);
		this.in_flight?.abort();
	}

	async send(start) {
		// whoever is in flight sends what is wanted by then
		if (this.in_flight) return;
		const { wanted } = this;
		const control = (this.in_flight = new AbortController());
		const patience = setTimeout(() => control.abort(), PATIENCE_MS);
		this.changed();
		const given = { ...wanted, company: this.company, start, limit: PAGE };
		const { data, error, status } = await api.search(given, control.signal);
		clearTimeout(patience);
		this.in_flight = null;
		if (this.is_left) return;
		const is_strange = error?.problems.some(({ field }) => field === "company");
		if (is_strange && this.company) {
			// who quotes for a company may still not read it: then there is no credit to be seen
			this.company = "";
			this.send(0);
		} else if (wanted === this.wanted) {
			this.take(wanted, start, data, error && { ...error, status });
		} else if (!this.timer) {
			this.now();
		}
	}

	take(wanted, start, data, error) {
		this.answered = wanted;
		this.error = error;
		if (data) {
			const before = start ? this.rows : [];
			const known = new Set(before.map(({ id }) => id));
			this.rows = [...before, ...data.customers.filter(({ id }) => !known.has(id))];
			const { counts, next, index, create, searched } = data;
			Object.assign(this, { counts, next, index, create, searched });
		} else if (!start) {
			Object.assign(this, { rows: [], counts: null, next: null, index: null, create: null });
		}
		this.changed(start);
	}
}
