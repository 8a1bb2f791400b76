// What the form of a Quotation shows of its customer: a tab with all of Customer 360, a card beside the form with the
// essentials, and a line when the offer would exceed the credit.
import { chips, html } from "./parts";
import { leave_charts } from "./chart";
import { SideCard } from "./side_card";
import { TAB_NAMES, TabView, label_of } from "./frame";
import { show_label, show_on_chips, tab_of } from "./labels";
import { Store } from "./store";
import { LimitWarning } from "./warning";

const TAB = "b2b_customer_tab";
// older figures are asked for again when the form is looked at
const FRESH_MS = 60_000;

/** Called whenever the form is shown, its customer or company changes, or another tab of it is opened. */
export function show_party(frm) {
	const customer = frm.doc.quotation_to === "Customer" ? frm.doc.party_name : "";
	const { company, modified } = frm.doc;
	const stamp = [frm.doc.name, customer, company].join("\n");
	frm.b2b_card ||= new SideCard(frm);
	frm.b2b_warning ||= new LimitWarning(frm);
	const shown = frm.b2b_party;
	const asked_at = Date.now();
	if (shown?.stamp !== stamp) {
		frm.b2b_party = { stamp, customer, company, modified, asked_at, view: null };
		frm.b2b_warning.take(null);
		show_essentials(frm, frm.b2b_party);
	} else {
		if (shown.modified !== modified || asked_at - shown.asked_at > FRESH_MS) {
			Object.assign(shown, { modified, asked_at });
			shown.view?.store.forget();
			show_essentials(frm, shown);
		}
		// Frappe hides the place beside the form whenever it shows it
		frm.b2b_card.put();
		frm.b2b_warning.look();
	}
	const tab = tab_of(frm, TAB);
	if (!customer || !tab?.is_active()) return;
	show_label(tab);
	show_tabs(frm, frm.b2b_party);
}

async function show_essentials(frm, party) {
	const { b2b_card: card, b2b_warning: warning } = frm;
	await card.show(party.customer, party.company, (data) => {
		if (frm.b2b_party === party) warning.take(data);
	});
}

function show_tabs(frm, party) {
	party.view ||= new PartyTabs(frm, party);
	party.view.show();
}

class PartyTabs {
	constructor(frm, { customer, company }) {
		this.frm = frm;
		this.store = new Store(customer, company, () => this.show_chips());
		this.views = {};
		this.current = "commercial";
		const $field = frm.get_field("b2b_customer_view").$wrapper;
		leave_charts($field);
		$field.html('<div class="sb-360-switch"></div><div class="sb-360-views"></div>');
		this.$switch = $field.find(".sb-360-switch");
		this.$views = $field.find(".sb-360-views");
		const options = TAB_NAMES.map((name) => [name, label_of(name)]);
		this.$switch.html(
			String(html`${chips("part", __("Customer 360"), options, this.current)}`),
		);
		this.$chips = this.$switch.find("[data-value]").on("click", ({ currentTarget }) => {
			this.current = currentTarget.dataset.value;
			this.show();
		});
	}

	show_chips() {
		show_on_chips(this.$chips, this.store.head?.counts || {}, this.current);
	}

	show() {
		this.show_chips();
		const { current } = this;
		this.$views.children().addClass("hide");
		this.views[current] ||= new TabView(
			$("<div>").appendTo(this.$views),
			current,
			this.store,
			this.frm,
		);
		this.views[current].$area.removeClass("hide");
		this.views[current].show();
	}
}
