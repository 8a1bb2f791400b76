// Decisions about many registrations.
import { decide_many } from "../smartbill/many";
import { bulk_progress, decide_many as send } from "./api";

/** `rows` are {name, title} of what was selected. */
export function start_bulk(listview, action, rows, reason) {
	return decide_many(listview, {
		rows,
		start: (names) => send(action, names, reason),
		progress: bulk_progress,
		words:
			action === "approve"
				? { title: __("Approving registrations"), done: __("Approved") }
				: { title: __("Rejecting registrations"), done: __("Rejected") },
	});
}
