// Importing a file that SmartBill exported: chosen, its columns looked at and mended over the first rows, confirmed.
import { again_at, error_html, html, listen, number, spinner } from "../smartbill/format";
import * as api from "./api";
import { figures } from "./sync_run_view";

const KINDS = ".xlsx,.xls,.csv,.txt,.html,.htm";
const MB = 1024 * 1024;

export function show_import_dialog(account) {
	return new ImportDialog(account);
}

class ImportDialog {
	constructor(account) {
		this.account = account;
		this.choice = {};
		this.dialog = new frappe.ui.Dialog({
			title: __("Import clients from a file"),
			size: "extra-large",
			fields: [{ fieldname: "body", fieldtype: "HTML" }],
			primary_action_label: __("Import"),
			primary_action: () => this.start(),
			secondary_action_label: __("Choose another file"),
			secondary_action: () => this.ask_for_file(),
			on_hide: () => this.left(),
		});
		this.dialog.$wrapper.addClass("sb-dialog sb-import-dialog");
		this.$body = this.dialog.get_field("body").$wrapper;
		this.$body.html(
			'<div data-part="error"></div><div data-part="content" aria-live="polite"></div>',
		);
		this.ask_for_file();
		this.dialog.show();
	}

	part(name) {
		return this.$body.find(`[data-part=${name}]`);
	}

	ask_for_file() {
		this.forget();
		this.say();
		this.dialog.get_primary_btn().addClass("hide");
		this.dialog.get_secondary_btn().addClass("hide");
		this.part("content").html(String(drop_html()));
		const $drop = this.part("content").find(".sb-drop");
		const $input = $drop.find("input").on("change", () => this.take($input[0].files[0]));
		$drop
			.on("dragover dragenter", (event) => {
				event.preventDefault();
				$drop.addClass("sb-drop-over");
			})
			.on("dragleave", () => $drop.removeClass("sb-drop-over"))
			.on("drop", (event) => {
				event.preventDefault();
				$drop.removeClass("sb-drop-over");
				this.take(event.originalEvent.dataTransfer.files[0]);
			});
	}

	async take(file) {
		if (!file) return;
		this.say();
		const most = frappe.boot.max_file_size;
		if (most && file.size > most) {
			this.say(
				html`${__("The file has {0} MB, and this site takes up to {1} MB.", [
					number(file.size / MB, 1),
					number(most / MB, 0),
				])}
				${__("Whoever looks after the server can import it there with: {0}", [
					`bench --site ${
						frappe.boot.sitename || window.location.hostname
					} smartbill-import ${file.name}`,
				])}`,
			);
			return;
		}
		this.file_name = file.name;
		this.part("content").html(
			String(
				html`<div class="sb-empty">
					${spinner()} ${__("Looking at {0}", [file.name])}
				</div>`,
			),
		);
		const answer = await api.preview_upload(this.account, file);
		if (this.is_left) {
			if (answer.data) api.forget_file(answer.data.file);
			return;
		}
		if (answer.error) {
			this.ask_for_file();
			this.say(error_html(answer.error));
			return;
		}
		this.choice = {};
		this.file = answer.data.file;
		this.recognised = fields_of(answer.data);
		this.chosen = { ...this.recognised };
		this.show(answer.data);
	}

	/** A field belongs to one column: choosing it here takes it from there. */
	async choose(index, field) {
		for (const other of Object.keys(this.chosen))
			if (field && this.chosen[other] === field) this.chosen[other] = "";
		this.chosen[index] = field;
		this.choice = Object.fromEntries(
			Object.entries(this.chosen)
				.filter(([place, name]) => name !== (this.recognised[place] || ""))
				.map(([place, name]) => [place, name || null]),
		);
		for (const [place, name] of Object.entries(this.chosen))
			this.$body.find(`select[data-column=${place}]`).val(name);
		if (!Object.values(this.chosen).includes("name")) {
			// nothing can be counted without it
			this.enable(false);
			this.say(__("Choose the column that holds the client's name."));
			this.part("content").find("[data-part=outcome]").empty();
			return;
		}
		const asked = (this.asked = Symbol());
		this.enable(false);
		this.part("content")
			.find("[data-part=outcome]")
			.html(String(html`<p class="text-muted">${spinner()} ${__("Counting again")}</p>`));
		const { data, error } = await api.preview(this.account, this.file, this.choice);
		if (this.is_left || asked !== this.asked) return;
		this.say(error && error_html(error));
		if (error) this.part("content").find("[data-part=outcome]").empty();
		else this.show_outcome(data);
	}

	show(seen) {
		this.seen = seen;
		this.part("content").html(String(preview_html(seen, this.chosen, this.file_name)));
		this.part("content").on("change", "select[data-column]", (event) =>
			this.choose(event.target.dataset.column, event.target.value),
		);
		this.dialog.get_primary_btn().removeClass("hide");
		this.dialog.get_secondary_btn().removeClass("hide");
		this.show_outcome(seen);
	}

	show_outcome(seen) {
		this.part("content")
			.find("[data-part=outcome]")
			.html(String(outcome_html(seen)));
		const is_ready = !seen.missing.length && seen.looked_at > 0;
		this.say(
			seen.missing.length
				? __("Choose the column that holds the client's name.")
				: !seen.looked_at && __("There are no rows below the header."),
			"orange",
		);
		this.dialog
			.get_primary_btn()
			.html(
				frappe.utils.escape_html(
					seen.total === null
						? __("Import all rows")
						: seen.total === 1
						  ? __("Import 1 row")
						  : __("Import {0} rows", [number(seen.total, 0)]),
				),
			);
		this.enable(is_ready);
	}

	enable(is_ready) {
		this.dialog.get_primary_btn().prop("disabled", !is_ready);
	}

	async start() {
		this.enable(false);
		const { data, error } = await api.start_import(this.account, this.file, this.choice);
		if (error) {
			this.enable(true);
			this.say(html`${error_html(error)} ${again_at(error)}`);
			return;
		}
		// the run has it now
		this.file = null;
		this.dialog.hide();
		frappe.set_route("Form", "SmartBill Sync Run", data.name);
	}

	say(text, color = "red") {
		this.part("error").html(
			text
				? String(html`<div class="sb-note sb-note-${color}" role="alert">${text}</div>`)
				: "",
		);
	}

	forget() {
		if (this.file) api.forget_file(this.file);
		this.file = null;
	}

	left() {
		this.is_left = true;
		this.forget();
	}
}

function fields_of(seen) {
	const found = Object.fromEntries(seen.columns.map(({ index, field }) => [index, field || ""]));
	// rows may be longer than the header
	const most = Math.max(...seen.rows.map(({ cells }) => cells.length), 0);
	for (let index = 0; index < most; index++) found[index] ??= "";
	return found;
}

function drop_html() {
	return html`<label class="sb-drop">
		<input type="file" class="sr-only" accept="${KINDS}" />
		<b>${__("Choose the file, or drop it here")}</b>
		<span class="text-muted">
			${__(
				"The list of clients that SmartBill exports, as xlsx, xls or csv. Nothing is imported before you have seen what would happen.",
			)}
		</span>
	</label>`;
}

function preview_html(seen, chosen, file_name) {
	const titles = Object.fromEntries(seen.columns.map(({ index, title }) => [index, title]));
	const places = Object.keys(chosen).map(Number);
	return html`<p class="sb-intro">
			<b>${file_name}</b>
			<span class="text-muted">
				· ${seen.kind}
				${seen.total !== null &&
				html`· ${seen.total === 1 ? __("1 row") : __("{0} rows", [number(seen.total, 0)])}`}
				${seen.header_row > 1 && html`· ${__("titles in row {0}", [seen.header_row])}`}
			</span>
		</p>
		${seen.notices.map((text) => html`<div class="sb-note sb-note-orange">${text}</div>`)}
		<p class="text-muted">${__("What each column holds; change what was not recognised.")}</p>
		<div
			class="sb-table-scroll sb-columns"
			tabindex="0"
			role="region"
			aria-label="${__("Columns")}"
		>
			<table class="sb-table">
				<thead>
					<tr>
						<th scope="col"><span class="sr-only">${__("Row")}</span></th>
						${places.map((place) =>
							column_head(place, titles[place], chosen[place], seen.fields),
						)}
					</tr>
				</thead>
				<tbody>
					${seen.rows.map(
						({ row, cells }) =>
							html`<tr>
								<td class="text-muted sb-number">${row}</td>
								${places.map(
									(place) =>
										html`<td title="${cells[place] || ""}">
											<div class="sb-cell">${cells[place] || ""}</div>
										</td>`,
								)}
							</tr>`,
					)}
				</tbody>
			</table>
		</div>
		<div data-part="outcome"></div>`;
}

function column_head(place, title, field, fields) {
	const name = title || __("Column {0}", [place + 1]);
	return html`<th scope="col">
		<div class="sb-column-title" title="${name}">${name}</div>
		<select
			class="form-control input-xs"
			data-column="${place}"
			aria-label="${__("What column {0} holds", [name])}"
		>
			<option value="">${__("Not imported")}</option>
			${fields.map(
				(one) =>
					html`<option value="${one.field}" ${one.field === field && html`selected`}>
						${one.label}
					</option>`,
			)}
		</select>
	</th>`;
}

function outcome_html({ outcome, looked_at, has_more, missing, rejected }) {
	if (missing.length || !looked_at) return null;
	const count = (value) => number(value, 0);
	return html`<h5 class="sb-outcome-title">
			${has_more
				? __("What would happen with the first {0} rows", [count(looked_at)])
				: __("What would happen")}
		</h5>
		${figures(
			[
				[__("New"), outcome.new, "new"],
				[__("Changed"), outcome.changed, "changed"],
				[__("Unchanged"), outcome.unchanged, "unchanged"],
				[__("Linked to a Customer"), outcome.matched, "matched"],
				outcome.customers_created > 0 && [
					__("Customers made"),
					outcome.customers_created,
					"customers_created",
				],
				[__("Conflicts"), outcome.conflicting, "conflicting"],
				[__("Rejected"), outcome.rejected, "rejected"],
			]
				.filter(Boolean)
				.map(([label, value, name]) => [label, count(value), name]),
		)}
		${rejected.length > 0 &&
		html`<ul class="sb-problems text-muted">
			${rejected.map(
				({ row, reasons }) =>
					html`<li>${__("Row {0}: {1}", [row, reasons.join(" ")])}</li>`,
			)}
		</ul>`}
		${outcome.rejected > 0 &&
		html`<p class="text-muted sb-small">
			${__("Rejected rows come back as a file, each with its reason.")}
		</p>`}`;
}
