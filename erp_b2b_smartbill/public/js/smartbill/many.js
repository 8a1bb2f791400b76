// Decisions about many documents: started, followed, and what became of each.
import { alert, error_html, form_link, html, mark } from "./format";

const POLL_MS = 1500;
// so many failures in a row to ask how far it is
const MAX_FAILURES = 5;

/**
 * `rows` are {name, title} of what was selected. `start(names)` and `progress(job)` resolve to {data, error};
 * `words` are {title, done}.
 */
export async function decide_many(listview, { rows, start, progress, words }) {
	const titles = Object.fromEntries(rows.map(({ name, title }) => [name, title]));
	frappe.dom.freeze();
	const { data, error } = await start(Object.keys(titles));
	frappe.dom.unfreeze();
	if (error) {
		frappe.msgprint({
			title: __("Not done"),
			message: String(html`${error_html(error)}`),
			indicator: "orange",
		});
		return;
	}
	const view = new Progress(listview.doctype, words, titles);
	view.show(data);
	const end = data.job ? await follow(data.job, progress, view) : data;
	listview.clear_checked_items();
	// a list does not ask the same twice in 3 seconds, and here the answer is another one
	listview.last_args = null;
	listview.refresh();
	if (end && view.closed) view.tell(end);
}

/** Resolves to how it ended, or to nothing when that could not be learnt. */
async function follow(job, progress, view) {
	let failures = 0;
	for (;;) {
		await new Promise((resolve) => setTimeout(resolve, POLL_MS));
		const { data, error } = await progress(job);
		if (data) {
			failures = 0;
			view.show(data);
			if (data.done >= data.total) return data;
		} else if (++failures >= MAX_FAILURES) {
			alert(error.message, "orange", 10);
			return null;
		}
	}
}

class Progress {
	constructor(doctype, words, titles) {
		this.doctype = doctype;
		this.titles = titles;
		this.words = words;
		this.closed = false;
		this.dialog = new frappe.ui.Dialog({
			title: words.title,
			fields: [{ fieldname: "rows", fieldtype: "HTML" }],
			primary_action_label: __("Close"),
			primary_action: () => this.dialog.hide(),
			on_hide: () => (this.closed = true),
		});
		this.dialog.$wrapper.addClass("sb-dialog");
		this.dialog.show();
	}

	show({ rows, done, total }) {
		const running = done < total;
		const percent = total ? Math.round((100 * done) / total) : 100;
		this.dialog.get_field("rows").$wrapper.html(
			String(
				html`<p class="sb-run-head" role="status">
						${running ? __("{0} of {1} done", [done, total]) : this.summary(rows)}
					</p>
					${running &&
					html`<div
							class="progress sb-progress"
							role="progressbar"
							aria-valuemin="0"
							aria-valuemax="100"
							aria-valuenow="${percent}"
						>
							<div class="progress-bar" style="width: ${percent}%"></div>
						</div>
						<p class="text-muted">
							${__("You may close this: it goes on, and you are told how it ended.")}
						</p>`}
					<ul class="sb-review-list">
						${rows.map((row) => this.row(row))}
					</ul>`,
			),
		);
	}

	row({ name, ok, message, title }) {
		const label = this.titles[name] || title || name;
		return html`<li>
			${mark(ok ? "ok" : "problem")}
			<span class="sb-review-grow">
				${form_link(this.doctype, name, label)}
				<div class="sb-small ${ok ? "text-muted" : ""}">${message}</div>
			</span>
		</li>`;
	}

	summary(rows) {
		const done = rows.filter(({ ok }) => ok).length;
		const left = rows.length - done;
		if (!left) return html`<b>${this.words.done}: ${done}.</b>`;
		return html`<b>${this.words.done}: ${done}.</b> ${__("Not done: {0}.", [left])}`;
	}

	/** For whoever closed the dialog before it was over. */
	tell({ rows }) {
		alert(
			this.summary(rows),
			rows.every(({ ok }) => ok) ? "green" : "orange",
			15,
		);
	}
}
