// The list of conflicts: how many of each kind there are, and equal ones settled together.
import { alert, html } from "../smartbill/format";
import { decide_many } from "../smartbill/many";
import { bulk_progress, counts, settle_many } from "./conflict_api";

/** Chips by kind above the list; pressing one filters it. */
export async function show_kinds(listview) {
	const status = filter_of(listview, "status") || "Open";
	const { data } = await counts(status);
	if (!data) return;
	const $chips = $(String(chips_html(filter_of(listview, "kind"), data.counts)));
	$chips.on("click", "[data-kind]", ({ currentTarget }) =>
		filter_by(listview, currentTarget.dataset.kind),
	);
	listview.$frappe_list.find(".sb-chips").remove();
	listview.$frappe_list.prepend($chips);
}

function chips_html(current, kinds) {
	const total = Object.values(kinds).reduce((sum, count) => sum + count, 0);
	const chips = Object.entries({ "": total, ...kinds });
	return html`<div class="sb-chips" role="group" aria-label="${__("Kind")}">
		${chips.map(([kind, count]) => {
			const on = (current || "") === kind;
			return html`<button
				type="button"
				class="sb-chip ${on && "sb-chip-on"} ${!count && "sb-chip-none"}"
				data-kind="${kind}"
				aria-pressed="${on ? "true" : "false"}"
			>
				${kind ? __(kind) : __("All")} <b>${count}</b>
			</button>`;
		})}
	</div>`;
}

/** The one value that a field is filtered by. */
function filter_of(listview, fieldname) {
	const filter = listview.filter_area.get().find(([, field]) => field === fieldname);
	return filter?.[2] === "=" ? filter[3] : null;
}

async function filter_by(listview, kind) {
	if ((filter_of(listview, "kind") || "") === kind) return;
	await listview.filter_area.remove("kind");
	if (kind) await listview.filter_area.add([[listview.doctype, "kind", "=", kind]]);
}

/** In the order in which one follows the other on the form: the kind, then the oldest first. */
export function keep_order(listview) {
	const get_args = listview.get_args;
	listview.get_args = function () {
		const args = get_args.call(listview);
		if (/\bkind`? asc$/i.test(args.order_by || ""))
			args.order_by += `, \`tab${listview.doctype}\`.\`opened_at\` asc`;
		return args;
	};
}

export function add_settle_actions(listview) {
	const { page } = listview;
	const many = [
		["keep", __("Keep ERPNext"), __("What ERPNext has is right, until one side changes.")],
		[
			"take",
			__("Take SmartBill"),
			__("What the other side says is written into the Customers, with your rights."),
		],
		["ignore", __("Ignore until it changes"), __("Nothing is decided; each comes back when one side changes.")],
	];
	for (const [action, label, meaning] of many)
		page.add_action_item(label, () => start(listview, action, label, meaning));
}

function start(listview, action, label, meaning) {
	const checked = listview.get_checked_items();
	const rows = checked.map(({ name, title }) => ({ name, title: title || name }));
	if (!rows.length) return;
	const kinds = new Set(checked.map(({ kind }) => kind));
	if (kinds.size > 1) {
		alert(__("Only conflicts of one kind are settled together: filter by kind first."), "orange");
		return;
	}
	const [kind] = kinds;
	const shown = rows.slice(0, 10);
	frappe.confirm(
		String(
			html`<p><b>${label}</b>: ${__(kind)}</p>
				<ul class="sb-problems">
					${shown.map(({ title }) => html`<li>${title}</li>`)}
					${rows.length > shown.length &&
					html`<li>${__("and {0} more", [rows.length - shown.length])}</li>`}
				</ul>
				<p class="text-muted">${meaning}</p>`,
		),
		() =>
			decide_many(listview, {
				rows,
				start: (names) => settle_many(action, names),
				progress: bulk_progress,
				words: { title: label, done: __("Settled") },
			}),
	);
}
