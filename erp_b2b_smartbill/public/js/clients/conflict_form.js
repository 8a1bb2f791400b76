// The form of a conflict: one decision, then the next conflict opens by itself.
import { put_banners } from "../smartbill/banners";
import { alert, error_html, fill, html, listen } from "../smartbill/format";
import { settle, show } from "./conflict_api";
import { banner_of, sides_html } from "./conflict_sides";

const DOCTYPE = "Customer Sync Conflict";

export async function show_conflict(frm) {
	const { name } = frm.doc;
	frm.disable_save();
	const { data, error } = await show(name);
	if (frm.doc.name !== name) return;
	if (!data) {
		put_banners(frm, [{ content: error_html(error), color: "red" }], {});
		frm.get_field("sides_html").$wrapper.empty();
		return;
	}
	frm.b2b_view = data;
	frm.b2b_chosen = proposed(data);
	put_banners(frm, [banner_of(data)], { next: () => open_next(data) });
	show_sides(frm);
	add_buttons(frm);
}

/** What is chosen until a person chooses. */
function proposed({ rows, candidates }) {
	const choices = rows.filter(({ choice }) => choice).map(({ kind, choice }) => [kind, choice]);
	return { choices: Object.fromEntries(choices), customer: candidates[0]?.name || null };
}

function show_sides(frm) {
	const $sides = frm.get_field("sides_html").$wrapper;
	$sides.html(String(sides_html(frm.b2b_view, frm.b2b_chosen)));
	listen($sides, {});
	$sides.off("change.sb").on("change.sb", "input[type=radio]", ({ currentTarget: input }) => {
		if (input.dataset.kind) frm.b2b_chosen.choices[input.dataset.kind] = input.value;
		else frm.b2b_chosen.customer = input.value;
		const $row = $(input).closest("tr");
		const $group = input.dataset.kind ? $row.find("td") : $row.siblings().addBack();
		$group.removeClass("sb-conflict-chosen");
		$(input).closest(input.dataset.kind ? "td" : "tr").addClass("sb-conflict-chosen");
	});
}

// what may be done

const BUTTONS = {
	take: { label: () => __("Apply"), press: apply },
	keep: { label: () => __("Keep ERPNext"), press: (frm) => send(frm, { action: "keep" }) },
	merge: {
		label: () => __("Propose merge"),
		short: () => __("Propose"),
		press: (frm) => send(frm, { action: "merge", customer: frm.b2b_chosen.customer }),
	},
	link: {
		label: (view) => (view.twin ? __("Move link here") : __("Link")),
		press: (frm) => link(frm, frm.b2b_chosen.customer),
	},
	another: { label: () => __("Link to another"), press: pick_another },
	create: { label: () => __("New Customer"), press: create },
	disable: { label: () => __("Disable"), press: disable },
	unlink: {
		label: (view) => (view.client.customer ? __("Unlink") : __("Leave unlinked")),
		short: () => __("Unlink"),
		press: unlink,
	},
	ignore: {
		label: () => __("Ignore until it changes"),
		press: (frm) => send(frm, { action: "ignore" }),
	},
};

// what is seldom right needs no place beside what mostly is
const IN_MENU = ["unlink"];

function add_buttons(frm) {
	const view = frm.b2b_view;
	frm.clear_custom_buttons();
	frm.page.clear_primary_action();
	if (view.status !== "Open") {
		if (view.place.next)
			frm.page.set_primary_action(__("Next conflict"), () => open_next(view));
		return;
	}
	const first = view.headline.action;
	for (const key of buttons_of(view)) {
		const { label, short, press } = BUTTONS[key];
		const run = () => may(frm, key) && press(frm);
		// beside the title of a telephone there is room for a word
		const primary = (frappe.is_mobile() && short) || label;
		if (key === first) frm.page.set_primary_action(primary(view), run);
		else if (IN_MENU.includes(key)) frm.page.add_menu_item(label(view), run);
		else frm.add_custom_button(label(view), run);
	}
}

/** The actions in the order of the server's table, as buttons. */
function buttons_of(view) {
	const actions = view.actions.map(({ action }) => action);
	return actions.flatMap((action) => {
		// with a choice for each line, keeping is one of the choices
		if (action === "keep" && actions.includes("take")) return [];
		if (action !== "link") return [action];
		return view.candidates.length && !actions.includes("merge") ? ["link", "another"] : ["another"];
	});
}

/** What may not be done says why; it does not vanish. */
function may(frm, key) {
	const action = key === "another" ? "link" : key;
	// whoever keeps everything changes nothing
	if (action === "take" && !Object.values(frm.b2b_chosen.choices).includes("smartbill")) return true;
	const { can } = frm.b2b_view.actions.find((one) => one.action === action);
	if (can === true) return true;
	alert(can, "orange");
	return false;
}

function apply(frm) {
	return send(frm, { action: "take", choices: frm.b2b_chosen.choices });
}

async function link(frm, customer) {
	const error = await send(frm, { action: "link", customer }, ["linked_elsewhere"]);
	if (error?.code !== "linked_elsewhere") return;
	frappe.confirm(
		String(
			html`<p>${error.message}</p>
				<p>${__("Move the link? The other client stays without a Customer then.")}</p>`,
		),
		() => send(frm, { action: "link", customer, move: 1 }),
	);
}

function pick_another(frm) {
	frappe.prompt(
		{
			fieldname: "customer",
			fieldtype: "Link",
			options: "Customer",
			label: __("Customer"),
			reqd: 1,
		},
		({ customer }) => link(frm, customer),
		__("Link to another Customer"),
		__("Link"),
	);
}

function create(frm) {
	const { title } = frm.b2b_view.client;
	confirm(
		fill(__("Make a new Customer of {0}, with its address and contact?"), html`<b>${title}</b>`),
		() => send(frm, { action: "create" }),
	);
}

function disable(frm) {
	const { title } = frm.b2b_view.customer;
	confirm(
		fill(__("Disable {0}? Nobody can quote it until somebody enables it again."), html`<b>${title}</b>`),
		() => send(frm, { action: "disable" }),
	);
}

function unlink(frm) {
	const { client } = frm.b2b_view;
	confirm(
		fill(
			__("{0} stays without a Customer: the sync neither links it nor makes one of it."),
			html`<b>${client.title}</b>`,
		),
		() => send(frm, { action: "unlink" }),
	);
}

const confirm = (sentence, then) => frappe.confirm(String(sentence), then);

/** Send the decision; what follows is the next conflict. Resolves to the error, those of `left` for the caller to tell. */
async function send(frm, decision, left = []) {
	const { name } = frm.doc;
	const note = frm.get_field("sides_html").$wrapper.find(".sb-conflict-note").val()?.trim();
	frappe.dom.freeze();
	const { data, error } = await settle(name, {
		...decision,
		seen: frm.b2b_view.version,
		...(note && { note }),
	});
	frappe.dom.unfreeze();
	if (data) {
		tell(data);
		forget(name);
		// linked with a company of another fiscal code it is open again, and for a look
		if (data.status === "Open") await frm.reload_doc();
		else open_next(data);
		return null;
	}
	if (left.includes(error.code)) return error;
	frappe.msgprint({
		title: __("Not done"),
		message: String(html`${error_html(error)}`),
		indicator: "orange",
	});
	if (["settled", "changed"].includes(error.code)) await frm.reload_doc();
	return error;
}

let $told;

/** One toast: who settles forty has no use for a pile of them. */
function tell({ outcome, title, status }) {
	$told?.remove();
	const color = status === "Ignored" ? "blue" : "green";
	$told = alert(html`${outcome.resolution}: ${title}`, color, 5);
}

/** The desk keeps what it has read of a document: this one is another now. */
function forget(name) {
	frappe.model.remove_from_locals(DOCTYPE, name);
}

function open_next({ place }) {
	if (place.next) {
		frappe.set_route("Form", DOCTYPE, place.next);
		return;
	}
	alert(__("No conflict is left."), "green");
	frappe.set_route("List", DOCTYPE);
}
