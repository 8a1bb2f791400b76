// The form of a sync or an import: the same view as on the account's form, in place of the stored figures.
import { SyncRunView } from "./sync_run_view";

export function show_sync_run(frm) {
	frm.smartbill_run?.leave();
	frm.disable_save();
	const hidden = ["counts_section", "errors_section", "message", "file", "rejected_file"];
	frm.toggle_display(hidden, false);
	const { name } = frm.doc;
	let was = frm.doc.status;
	frm.smartbill_run = new SyncRunView(frm.get_field("progress").$wrapper, name, (run) => {
		if (frm.doc.name !== name || run.status === was) return;
		was = run.status;
		// the times and the status below
		frm.reload_doc();
	});
}
