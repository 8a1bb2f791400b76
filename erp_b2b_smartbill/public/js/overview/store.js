// What is known of one customer, shared by all its tabs: what was chosen above them, and what the server said.
import * as api from "./api";

export class Store {
	/** `changed()` is called whenever there is something new to say on the labels. */
	constructor(customer, company, changed) {
		Object.assign(this, { customer, company, changed, include_children: false, _counts: {} });
		this.forget();
	}

	/** Of the last answer: {customer, customers, company, companies, as_of}, and `counts` of all: null where none holds. */
	get head() {
		return this._head && { ...this._head, counts: this._counts };
	}

	/** Everything is to be asked again; the counts stay on the labels until others are known. */
	forget() {
		this._tabs = {};
		this._waiting = {};
		this._counted = null;
	}

	/** Another company, or with its group: nothing of what was said holds any more. */
	choose(choice) {
		Object.assign(this, choice);
		this.forget();
		for (const name of Object.keys(this._counts)) this._counts[name] = null;
		if (this._head) this.changed?.(this.head);
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
		// what is looked at does not wait for the labels of the others
		this.load_counts();
		return true;
	}

	/** What is on the labels, unless it was asked for already. */
	async load_counts() {
		if (this._counted) return;
		const asked = (this._counted = {});
		const { company, include_children } = this;
		const { data } = await api.load(this.customer, { tabs: [], company, include_children });
		if (this._counted !== asked) return;
		if (data) this._take(data);
		// the next tab that is looked at asks again
		else this._counted = null;
	}

	_take({ tabs, counts, ...head }) {
		this._head = head;
		Object.assign(this._counts, counts);
		// what the server chose, so that all tabs speak of the same company
		this.company = head.company;
		this.changed?.(this.head);
	}
}

function tab_of({ tabs, as_of }, name) {
	const data = tabs[name];
	const { error } = data;
	if (error) return { error: { ...error, can_repeat: error.code !== "not_allowed" } };
	return { data, as_of };
}
