// A run that issues many proformas: how far it is, and what became of every Quotation. In the dialog and on its form.
import * as api from "./api";
import { FollowedRun, is_over, progress_bar } from "./followed_run";
import { form_link, html, join, mark, spinner } from "./format";

const RESULTS = {
	Waiting: ["neutral", () => __("Waiting")],
	Issued: ["ok", () => __("Issued")],
	"Already issued": ["ok", () => __("Already issued")],
	"Not issued": ["problem", () => __("Not issued")],
	Unknown: ["problem", () => __("Unknown")],
	Stopped: ["notice", () => __("Stopped")],
};

export { is_over };

export class RunView extends FollowedRun {
	handlers() {
		return {
			filter: ({ only }) => {
				this.only_open = only === "1";
				this.show();
			},
		};
	}

	get event() {
		return "smartbill_run";
	}

	get() {
		return api.get_run(this.name);
	}

	send_stop() {
		return api.stop_run(this.name);
	}

	content() {
		return run_html(this.run, Boolean(this.only_open), this.stop_button());
	}
}

function run_html(run, only_open, stop_button) {
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
			${stop_button}
		</div>
		${progress_bar(percent, bar_of(run))}
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
