// A sync or an import of SmartBill's clients: how far it is, what became of the clients, what went wrong.
import { FollowedRun, is_over, progress_bar } from "../smartbill/followed_run";
import { form_link, html, join, link, mark, number, soon, spinner } from "../smartbill/format";
import { open_list } from "../smartbill/lists";
import * as api from "./api";
import { list_link } from "./lists";

const COUNTS = [
	["seen", () => __("Read")],
	["new_clients", () => __("New")],
	["changed", () => __("Changed")],
	["unchanged", () => __("Unchanged")],
	["linked", () => __("Linked to a Customer")],
	["customers_created", () => __("Customers made")],
	["conflicts", () => __("Conflicts opened")],
	["gone", () => __("No longer in SmartBill")],
	["rejected", () => __("Rejected")],
];
// said also when there are none
const ALWAYS = ["seen", "new_clients", "changed", "unchanged"];

export class SyncRunView extends FollowedRun {
	/** `is_short`: beside other things, without the errors and with the way to the run. */
	constructor($parent, name, changed, is_short = false) {
		super($parent, name, changed);
		this.is_short = is_short;
	}

	handlers() {
		return { list: open_list };
	}

	get event() {
		return "smartbill_sync";
	}

	get() {
		return api.get_run(this.name);
	}

	send_stop() {
		return api.stop_run(this.name);
	}

	content() {
		const { run } = this;
		const over = is_over(run);
		return html`<div class="sb-run-head">
				<div class="sb-run-state">
					<b>${over ? mark(mark_of(run)) : spinner()} ${state_of(run)}</b>
					<span class="text-muted">${facts_of(run)}</span>
				</div>
				${this.stop_button()}
			</div>
			${progress_bar(run.percent, bar_of(run))} ${message_of(run, over)}
			${figures(
				COUNTS.filter(([name]) => ALWAYS.includes(name) || run.counts[name]).map(
					([name, label]) => [label(), figure(run, name), name],
				),
			)}
			${this.is_short
				? html`<p>${form_link("SmartBill Sync Run", run.name, __("Open the run"))}</p>`
				: html`${files_of(run)} ${errors_of(run)}`}`;
	}
}

/** [[label, value, name], ...] side by side. */
export function figures(entries) {
	return html`<dl class="sb-figures">
		${entries.map(
			([label, value, name]) =>
				html`<div data-figure="${name}">
					<dt>${label}</dt>
					<dd>${value}</dd>
				</div>`,
		)}
	</dl>`;
}

function figure(run, name) {
	const text = number(run.counts[name], 0);
	const [doctype, conditions] = run.lists[name] || [];
	return run.counts[name] && doctype ? list_link(doctype, conditions, text) : text;
}

function state_of({ status, phase_text }) {
	return (
		phase_text ||
		{
			Completed: __("All done"),
			"Completed With Errors": __("Done, not all was taken over"),
			Failed: __("Stopped by an error"),
		}[status]
	);
}

function mark_of({ status }) {
	return { Completed: "ok", Failed: "problem" }[status] || "notice";
}

function bar_of({ status }) {
	if (status === "Failed") return "progress-bar-danger";
	if (status === "Completed With Errors") return "sb-bar-orange";
	return status === "Completed" ? "progress-bar-success" : "";
}

function facts_of(run) {
	const seen = number(run.counts.seen, 0);
	const is_read = run.phase !== "Reading";
	const texts = [
		run.expected && !is_read
			? run.source === "File"
				? __("{0} of {1} rows", [seen, number(run.expected, 0)])
				: __("{0} of about {1} clients", [seen, number(run.expected, 0)])
			: run.source === "File"
			  ? __("{0} rows", [seen])
			  : __("{0} clients", [seen]),
		run.pages > 0 && __("{0} pages", [number(run.pages, 0)]),
		run.seconds !== null && duration(run.seconds),
		run.per_second &&
			__("{0} a second", [number(run.per_second, run.per_second < 10 ? 1 : 0)]),
	];
	return join(texts, " · ");
}

function duration(seconds) {
	if (seconds < 10) return __("{0} s", [number(seconds, 1)]);
	const whole = Math.round(seconds);
	if (whole < 60) return __("{0} s", [whole]);
	const minutes = Math.floor(whole / 60);
	if (minutes < 60) return __("{0} min {1} s", [minutes, whole % 60]);
	return __("{0} h {1} min", [Math.floor(minutes / 60), minutes % 60]);
}

function message_of({ message, next_at, status }, over) {
	if (!message) return null;
	const color = status === "Failed" ? "red" : "orange";
	const again = !over && next_at ? __("It goes on at {0}.", [soon(next_at)]) : "";
	return html`<p class="sb-note sb-note-${color}" role="status">${message} ${again}</p>`;
}

function files_of({ file_url, rejected_url, counts }) {
	const parts = [
		rejected_url &&
			html`<a
				href="${rejected_url}"
				download
				class="btn btn-default btn-sm"
				data-file="rejected"
				>${__("Download the rejected rows")}</a
			>`,
		file_url && link(file_url, __("The file that was read")),
	].filter(Boolean);
	if (!parts.length) return null;
	return html`<div class="sb-run-files">
		${parts}
		${rejected_url &&
		html`<span class="text-muted">
			${counts.rejected === 1
				? __("It is given back with its reason: mend it and import that file.")
				: __("They are given back with their reasons: mend them and import that file.")}
		</span>`}
	</div>`;
}

function errors_of({ errors, source, rejected_url }) {
	if (!errors.length) return null;
	return html`<h5 class="sb-run-errors">${__("What went wrong")}</h5>
		<div class="sb-run-rows" tabindex="0" role="region" aria-label="${__("What went wrong")}">
			<table class="sb-table sb-run-reasons">
				<thead>
					<tr>
						<th scope="col">
							${source === "File" ? __("Row") : __("ID in SmartBill")}
						</th>
						<th scope="col" class="sb-run-reason">${__("Reason")}</th>
					</tr>
				</thead>
				<tbody>
					${errors.map(
						({ row, message }) =>
							html`<tr>
								<td class="sb-run-row">${row}</td>
								<td class="sb-run-reason">${message}</td>
							</tr>`,
					)}
				</tbody>
			</table>
		</div>
		${errors.length >= 200 &&
		html`<p class="text-muted">
			${rejected_url
				? __("These are the first 200; the file of rejected rows has all.")
				: __("These are the first 200.")}
		</p>`}`;
}
