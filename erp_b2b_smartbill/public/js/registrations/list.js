// The list of registrations: how many wait, which are late, and decisions for many.
import { html } from "../smartbill/format";
import { counts } from "./api";
import { start_bulk } from "./bulk";

/** Chips by status above the list; pressing one filters it. */
export async function show_counts(listview) {
	const { data } = await counts();
	if (!data) return;
	const { settings } = listview;
	const is_news = settings.late_after_days !== data.late_after_days;
	settings.late_after_days = data.late_after_days;
	// the first rows were drawn before it was known from when on they are late
	if (is_news) listview.render_list();
	const $chips = $(String(chips_html(listview, data)));
	$chips.on("click", "[data-status]", ({ currentTarget }) =>
		filter_by(listview, currentTarget.dataset.status),
	);
	listview.$frappe_list.find(".sb-chips").remove();
	listview.$frappe_list.prepend($chips);
}

function chips_html(listview, { statuses, late_after_days }) {
	const current = status_filter(listview) || "";
	const total = Object.values(statuses).reduce((sum, { count }) => sum + count, 0);
	const chips = [["", { count: total, oldest_days: 0 }], ...Object.entries(statuses)];
	return html`<div class="sb-chips" role="group" aria-label="${__("Status")}">
		${chips.map(([status, { count, oldest_days }]) => {
			const may_be_late = status === "Pending" && count > 0 && late_after_days > 0;
			const late = may_be_late && oldest_days > late_after_days;
			const on = current === status;
			return html`<button
				type="button"
				class="sb-chip ${on && "sb-chip-on"} ${late && "sb-chip-late"} ${!count && "sb-chip-none"}"
				data-status="${status}"
				aria-pressed="${on ? "true" : "false"}"
				${late && html`title="${__("The oldest waits for {0} days.", [oldest_days])}"`}
			>
				${status ? __(status) : __("All")} <b>${count}</b>
			</button>`;
		})}
	</div>`;
}

/** The one status that is filtered by; several, or none, are no chip's. */
function status_filter(listview) {
	const filter = listview.filter_area.get().find(([, field]) => field === "status");
	if (!filter) return "";
	return filter[2] === "=" ? filter[3] : null;
}

async function filter_by(listview, status) {
	if (status_filter(listview) === status) return;
	await listview.filter_area.remove("status");
	if (status) await listview.filter_area.add([[listview.doctype, "status", "=", status]]);
}

/** The submission's column says how old a request is: it is headed by that, and comes first, on a telephone too. */
export function show_age(listview) {
	const setup = listview.setup_columns;
	const place = () => {
		const is_age = ({ df }) => df?.fieldname === "submitted_at";
		const age = listview.columns.find(is_age);
		if (!age) return;
		const others = listview.columns.filter((column) => !is_age(column));
		const status = others.findIndex(({ type }) => type === "Status");
		others.splice(status + 1, 0, { ...age, df: { ...age.df, label: __("Age") } });
		listview.columns = others;
	};
	listview.setup_columns = function () {
		setup.call(listview);
		place();
	};
	place();
	listview.render_header(true);
	// rows that are there already stand in the old order
	if (listview.data?.length) listview.render_list();
}

export function add_bulk_actions(listview) {
	if (!frappe.user.has_role("B2B Manager")) return;
	listview.page.add_action_item(__("Approve"), () =>
		with_checked(listview, (rows) =>
			frappe.confirm(
				String(
					html`<p>
							${rows.length === 1
								? __("Approve this registration?")
								: __("Approve these {0} registrations?", [rows.length])}
						</p>
						<ul class="sb-problems">
							${rows.map(({ title }) => html`<li>${title}</li>`)}
						</ul>
						<p class="text-muted">
							${__(
								"Each gets what stands under Will be created on its form. A company that may be on the site already is left for you to look at.",
							)}
						</p>`,
				),
				() => start_bulk(listview, "approve", rows),
			),
		),
	);
	listview.page.add_action_item(__("Reject"), () =>
		with_checked(listview, (rows) =>
			frappe.prompt(
				{
					fieldname: "reason",
					fieldtype: "Small Text",
					label: __("Reason"),
					description: __("Every applicant reads it."),
					reqd: 1,
				},
				({ reason }) => start_bulk(listview, "reject", rows, reason),
				rows.length === 1
					? __("Reject 1 registration")
					: __("Reject {0} registrations", [rows.length]),
				__("Reject"),
			),
		),
	);
}

function with_checked(listview, act) {
	const rows = listview
		.get_checked_items()
		.map(({ name, company_name }) => ({ name, title: company_name || name }));
	if (rows.length) act(rows);
}
