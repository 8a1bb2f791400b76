// The form of a run: the same view as the dialog's, in place of the stored rows.
import { RunView } from "./run_view";

export function show_run(frm) {
	frm.smartbill_run?.leave();
	frm.disable_save();
	frm.toggle_display(["rows_section", "message", "total", "done", "issued", "failed"], false);
	const $body = frm.dashboard.add_section("", __("Progress"), "custom sb-section");
	frm.dashboard.show();
	const { name } = frm.doc;
	let was = frm.doc.status;
	frm.smartbill_run = new RunView($($body), name, (run) => {
		if (frm.doc.name !== name || run.status === was) return;
		was = run.status;
		// the times and the status below
		frm.reload_doc();
	});
}
