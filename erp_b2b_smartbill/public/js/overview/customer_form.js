// The tabs of the Customer's form.
import { leave_charts } from "./chart";
import { TAB_NAMES, TabView } from "./frame";
import { show_count, show_label, tab_of } from "./labels";
import { Store } from "./store";

const NO_COUNTS = Object.fromEntries(TAB_NAMES.map((name) => [name, null]));

/** Called whenever the form is shown, or another tab of it is opened. */
export function show_customer(frm) {
	const { name } = frm.doc;
	let shown = frm.b2b_overview;
	// a form that was saved may say something else now
	const stamp = `${name} ${frm.doc.modified}`;
	if (shown?.stamp !== stamp) {
		const store = new Store(
			name,
			shown?.store.customer === name ? shown.store.company : "",
			(head) => {
				// the form may show another customer by now
				if (frm.b2b_overview?.store === store) show_counts(frm, head);
			},
		);
		// the labels are those of the form, whoever it shows
		if (shown?.store.customer !== name) show_counts(frm, { counts: NO_COUNTS });
		shown = frm.b2b_overview = { stamp, store, views: {} };
		// an open tab asks for them when it is there
		if (!opened_tab(frm)) store.load_counts();
	}
	show_active(frm, shown);
}

function show_active(frm, { views, store }) {
	const opened = opened_tab(frm);
	if (!opened) return;
	show_label(tab_of(frm, `b2b_${opened}_tab`));
	views[opened] ||= new TabView(fresh_area(frm, opened), opened, store, frm);
	views[opened].show();
}

const opened_tab = (frm) => TAB_NAMES.find((tab) => tab_of(frm, `b2b_${tab}_tab`)?.is_active());

/** Without what another customer left there. */
function fresh_area(frm, tab) {
	const $field = frm.get_field(`b2b_${tab}_view`).$wrapper;
	leave_charts($field);
	return $("<div>").appendTo($field.empty());
}

function show_counts(frm, { counts }) {
	for (const tab of TAB_NAMES) show_count(tab_of(frm, `b2b_${tab}_tab`), counts[tab]);
	// they made the labels wider
	const opened = opened_tab(frm);
	if (opened) show_label(tab_of(frm, `b2b_${opened}_tab`));
}
