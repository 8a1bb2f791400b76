// A run that issues many proformas: how far it is, and what became of every Quotation. In the dialog and on its form.
import * as api from "./api";
import { form_link, html, join, listen, mark, spinner } from "./format";

const POLL_MS = 1500;
// while the run waits for its time
const PARKED_MS = 6000;
const ENDED = ["Completed", "Completed With Errors", "Failed"];

const RESULTS = {
	Waiting: ["neutral", () => __("Waiting")],
	Issued: ["ok", () => __("Issued")],
	"Already issued": ["ok", () => __("Already issued")],
	"Not issued": ["problem", () => __("Not issued")],
	Unknown: ["problem", () => __("Unknown")],
	Stopped: ["notice", () => __("Stopped")],
};

export const is_over = ({ status }) => ENDED.includes(status);

export class RunView {
	/** Shows the run below $parent and follows it until it is over; `changed(run)` after every look. */
	constructor($parent, name, changed = () => {}) {
		Object.assign(this, { $parent, name, changed, only_open: false, errors: 0 });
		this.$parent.addClass("sb-run");
		listen(this.$parent, {
			stop: () => this.stop(),
			filter: ({ only }) => {
				this.only_open = only === "1";
				this.show();
			},
		});
		this.$parent.html(String(html`<p class="text-muted">${spinner()} ${__("Loading")}</p>`));
		this.look();
	}

	leave() {
		this.gone = true;
		clearTimeout(this.timer);
	}

	async look() {
		clearTimeout(this.timer);
		const { data, error } = await api.get_run(this.name);
		if (this.gone) return;
		if (data) {
			const is_news = JSON.stringify(data) !== JSON.stringify(this.run);
			this.run = data;
			this.errors = 0;
			// what somebody is reading, or has the focus on, stays as long as it is true
			if (is_news) {
				this.show();
				this.changed(data);
			}
		} else if (!this.run || ++this.errors > 5) {
			if (!this.run) this.$parent.empty();
			this.say(error.message);
			return;
		}
		if (!is_over(this.run)) this.look_later();
	}

	look_later() {
		const pace = this.run.next_at ? PARKED_MS : POLL_MS;
		this.timer = setTimeout(
			// nobody asks for a view that nobody sees
			() => (this.is_seen ? this.look() : this.look_later()),
			// a little slower after every failure
			pace * (1 + this.errors),
		);
	}

	get is_seen() {
		return !document.hidden && this.$parent.is(":visible");
	}

	async stop() {
		this.stopping = true;
		this.show();
		const { error } = await api.stop_run(this.name);
		if (!error) return this.look();
		this.stopping = false;
		this.show();
		this.say(error.message);
	}

	say(message) {
		this.$parent.find(".sb-answer").remove();
		this.$parent.prepend(
			String(html`<div class="sb-answer sb-note sb-note-red" role="alert">${message}</div>`),
		);
	}

	show() {
		const top = this.$parent.find(".sb-run-rows").scrollTop();
		const focused = document.activeElement?.closest?.("[data-sb]")?.dataset;
		const again = focused && `[data-sb="${focused.sb}"][data-only="${focused.only || ""}"]`;
		this.$parent.html(String(run_html(this.run, this)));
		this.$parent.find(".sb-run-rows").scrollTop(top || 0);
		if (again) this.$parent.find(again).trigger("focus");
	}
}

function run_html(run, { only_open, stopping }) {
	const over = is_over(run);
	const percent = run.total ? Math.round((100 * run.done) / run.total) : 0;
	const open = run.rows.filter(({ status }) =>
		["Not issued", "Unknown", "Stopped"].includes(status),
	);
	const rows = only_open ? open : run.rows;
	return html`<div class="sb-run-head">
			<div class="sb-run-state">
				<b
					>${over
						? mark(run.failed || run.status === "Failed" ? "notice" : "ok")
						: spinner()}
					${state_of(run)}</b
				>
				<span class="text-muted">${counts_of(run)}</span>
			</div>
			${!over &&
			html`<button
				type="button"
				class="btn btn-default btn-sm"
				data-sb="stop"
				data-only=""
				${(stopping || run.stop_requested) && html`disabled`}
			>
				${stopping || run.stop_requested ? __("Stopping…") : __("Stop")}
			</button>`}
		</div>
		<div
			class="progress sb-progress"
			role="progressbar"
			aria-label="${__("Progress")}"
			aria-valuemin="0"
			aria-valuemax="100"
			aria-valuenow="${percent}"
		>
			<div class="progress-bar ${bar_of(run)}" style="width: ${percent}%"></div>
		</div>
		${run.message &&
		html`<p class="sb-note sb-note-${over ? "red" : "orange"}" role="status">
			${run.message}
		</p>`}
		${open.length > 0 &&
		html`<div class="btn-group sb-filter" role="group" aria-label="${__("Which Quotations")}">
			${filter_button(false, only_open, __("All {0}", [run.rows.length]))}
			${filter_button(true, only_open, __("To look after {0}", [open.length]))}
		</div>`}
		<div class="sb-run-rows" tabindex="0" role="region" aria-label="${__("Quotations")}">
			<table class="sb-table">
				<thead>
					<tr>
						<th scope="col">${__("Quotation")}</th>
						<th scope="col">${__("Result")}</th>
						<th scope="col">${__("Number")}</th>
						<th scope="col" class="sb-run-message">${__("Message")}</th>
					</tr>
				</thead>
				<tbody>
					${rows.map(row_html)}
				</tbody>
			</table>
		</div>`;
}

const unique = (value, index, all) => all.indexOf(value) === index;

function filter_button(only, current, label) {
	return html`<button
		type="button"
		class="btn btn-xs ${only === current ? "btn-secondary active" : "btn-default"}"
		data-sb="filter"
		data-only="${only ? 1 : 0}"
		aria-pressed="${only === current}"
	>
		${label}
	</button>`;
}

function row_html({ quotation, status, number, message, problems = [], proforma }) {
	const [level, text] = RESULTS[status] || ["neutral", () => __(status)];
	return html`<tr>
		<td>${form_link("Quotation", quotation)}</td>
		<td><span class="sb-inline">${mark(level)} ${text()}</span></td>
		<td>${number && proforma ? form_link("SmartBill Proforma", proforma, number) : number}</td>
		<td class="sb-run-message">
			${join([message, ...problems.map((one) => one.message)].filter(unique), html`<br />`)}
		</td>
	</tr>`;
}

function state_of({ status }) {
	return {
		Queued: __("Waits for its turn"),
		Running: __("Proformas are being issued"),
		Completed: __("All done"),
		"Completed With Errors": __("Done, not all were issued"),
		Failed: __("Stopped by an error"),
	}[status];
}

function counts_of({ total, done, issued, failed }) {
	return [
		__("{0} of {1} done", [done, total]),
		__("{0} issued", [issued]),
		failed && __("{0} not issued", [failed]),
	]
		.filter(Boolean)
		.join(" · ");
}

function bar_of({ status, failed }) {
	if (status === "Failed") return "progress-bar-danger";
	return failed ? "sb-bar-orange" : "progress-bar-success";
}
