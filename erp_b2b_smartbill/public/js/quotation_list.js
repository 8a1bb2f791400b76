// The SmartBill column of the list of Quotations, and issuing the proformas of the selected ones.
(() => {
	const { proforma: is_on } = frappe.boot.erp_b2b_smartbill || {};
	if (!is_on) return;

	const FIELD = "smartbill_status";
	const COLORS = {
		Issued: "green",
		Invoiced: "green",
		Paid: "green",
		"Partly Paid": "blue",
		Draft: "blue",
		Queued: "orange",
		Sending: "orange",
		Unknown: "red",
		"Needs a decision": "red",
		Rejected: "red",
		Cancelled: "gray",
	};
	// what a proforma may have been followed to; asked for after the list is there
	const FOLLOWED = ["Issued", "Invoiced", "Unknown"];

	// ERPNext's settings stay; ours come beside them
	const settings = (frappe.listview_settings["Quotation"] ??= {});
	settings.add_fields = [
		...(settings.add_fields || []),
		FIELD,
		"smartbill_number",
		"smartbill_proforma",
	];
	settings.formatters = {
		...settings.formatters,
		[FIELD]: (value, df, doc) => cell(doc, value),
	};
	after("onload", (list) => {
		show_column(list);
		list.page.add_actions_menu_item(
			__("Issue SmartBill Proformas"),
			() => issue_selected(list),
			false,
		);
		list.page.add_menu_item(__("Last SmartBill run"), () => show_last_run(list));
	});
	after("refresh", show_what_followed);

	function after(event, more) {
		const theirs = settings[event];
		settings[event] = function (list) {
			theirs?.call(this, list);
			more(list);
		};
	}

	/** Beside ERPNext's status, wherever Frappe's limit of columns would have cut it. */
	function show_column(list) {
		const setup = list.setup_columns;
		list.setup_columns = function () {
			setup.call(list);
			place_column(list);
		};
		place_column(list);
		list.render_header(true);
	}

	function place_column(list) {
		list.columns = list.columns.filter(({ df }) => df?.fieldname !== FIELD);
		const status = list.columns.findIndex(({ type }) => type === "Status");
		const df = { ...frappe.meta.get_docfield("Quotation", FIELD), label: __("SmartBill") };
		list.columns.splice(status < 0 ? 1 : status + 1, 0, { type: "Field", df });
	}

	function cell(doc, shown, filter = `${FIELD},=,${doc[FIELD]}`) {
		const escape = frappe.utils.escape_html;
		if (!shown)
			return `<span class="filterable text-muted" data-filter="${FIELD},is,not set" title="${escape(
				__("No SmartBill proforma"),
			)}">–</span>`;
		// "PRF 0042": in a list of one company's offers the series says nothing
		const number = (doc.smartbill_number || "").split(" ").pop();
		const text = [__(shown, null, "SmartBill Proforma"), number].filter(Boolean).join(" ");
		const title = [
			__("SmartBill"),
			doc.smartbill_number,
			__(shown, null, "SmartBill Proforma"),
		]
			.filter(Boolean)
			.join(" · ");
		return `<span class="filterable indicator-pill ${COLORS[shown] || "gray"} ellipsis"
			data-filter="${escape(filter)}" data-smartbill="${escape(doc.name)}" title="${escape(title)}">
			<span class="ellipsis">${escape(text)}</span></span>`;
	}

	/** Paid, and what waits for a person, are the proforma's: one request for the rows that may have them. */
	async function show_what_followed(list) {
		const rows = list.data.filter((doc) => FOLLOWED.includes(doc[FIELD]));
		if (!rows.length || !list.$result) return;
		const names = rows.map((doc) => doc.smartbill_proforma).filter(Boolean);
		const { message: found } = await frappe.call({
			method: "frappe.client.get_list",
			type: "POST",
			args: {
				doctype: "SmartBill Proforma",
				filters: { name: ["in", names] },
				fields: ["name", "payment_status", "needs_person"],
				limit_page_length: names.length,
			},
		});
		const by_name = Object.fromEntries((found || []).map((one) => [one.name, one]));
		for (const doc of rows) {
			const { payment_status, needs_person } = by_name[doc.smartbill_proforma] || {};
			const shown = needs_person
				? "Needs a decision"
				: ["Paid", "Partly Paid"].includes(payment_status) && payment_status;
			const $old = list.$result.find(`[data-smartbill="${CSS.escape(doc.name)}"]`);
			if (shown) $old.replaceWith(cell(doc, shown));
		}
	}

	async function issue_selected(list) {
		const { start_run } = await erp_b2b_smartbill.screens();
		start_run(list.get_checked_items(true), () => list.refresh());
	}

	async function show_last_run(list) {
		const runs = await frappe.db.get_list("SmartBill Issue Run", {
			filters: { requested_by: frappe.session.user },
			fields: ["name", "status"],
			order_by: "creation desc",
			limit: 1,
		});
		if (!runs.length) {
			frappe.show_alert({
				message: __("You have not started a run yet."),
				indicator: "blue",
			});
			return;
		}
		const { show_run_dialog } = await erp_b2b_smartbill.screens();
		show_run_dialog(runs[0].name, () => list.refresh());
	}
})();
