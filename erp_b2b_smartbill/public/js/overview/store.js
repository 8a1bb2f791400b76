// What is known of one customer, shared by all its tabs: what was chosen above them, and what the server said.
import * as api from "./api";

export class Store {
	/** `changed()` is called whenever there is something new to say on the labels. */
	constructor(customer, company, changed) {
		Object.assign(this, { customer, company, changed, include_children: false });
		this.forget();
	}

	/** Of the last answer: {customer, customers, company, companies, counts, as_of}. */
	get head() {
		return this._head;
	}

	forget() {
		this._tabs = {};
		this._waiting = {};
	}

	/** Another company, or with its group: nothing of what was said holds any more. */
	choose(choice) {
		Object.assign(this, choice);
		this.forget();
	}

	tab(name) {
		return this._tabs[name];
	}

	/** Resolves to whether the answer is still of interest; what it was is in `tab(name)`. */
	async load(name, filters = {}) {
		const asked = (this._waiting[name] = {});
		const { company, include_children } = this;
		const answer = await api.load(this.customer, {
			tabs: [name],
			company,
			include_children,
			...filters,
		});
		if (this._waiting[name] !== asked) return false;
		delete this._waiting[name];
		if (answer.data) this._take(answer.data);
		this._tabs[name] = answer.error
			? { error: { ...answer.error, can_repeat: ![401, 403, 404].includes(answer.status) } }
			: tab_of(answer.data, name);
		return true;
	}

	async load_counts() {
		const { company, include_children } = this;
		const { data } = await api.load(this.customer, { tabs: [], company, include_children });
		if (data) this._take(data);
	}

	_take({ tabs, ...head }) {
		this._head = head;
		// what the server chose, so that all tabs speak of the same company
		this.company = head.company;
		this.changed?.(head);
	}
}

function tab_of({ tabs, as_of }, name) {
	const data = tabs[name];
	const { error } = data;
	if (error) return { error: { ...error, can_repeat: error.code !== "not_allowed" } };
	return { data, as_of };
}
