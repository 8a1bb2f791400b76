// Asking again by itself while only the pace is in the way.

// with these nothing was sent, and the same request may be sent again in a moment
const PASSING = ["series_busy", "too_many_calls", "busy"];
const PATIENCE_MS = 60_000;

/**
 * Resolves to the answer of `send()`. `tell(seconds, message)` is called every second while waiting; `left()` says
 * whether the person has stopped waiting: then the answer has `left`, and nothing was sent.
 */
export async function patiently(send, tell, left) {
	const until = Date.now() + PATIENCE_MS;
	for (;;) {
		const answer = await send();
		const { error } = answer;
		const wait =
			error && PASSING.includes(error.code) ? Math.max(error.retry_after || 1, 1) : 0;
		if (!wait || Date.now() + wait * 1000 > until) return answer;
		for (let rest = wait; rest > 0; rest--) {
			if (left()) return { ...answer, left: true };
			tell(rest, error.message);
			await new Promise((resolve) => setTimeout(resolve, 1000));
		}
		if (left()) return { ...answer, left: true };
	}
}
