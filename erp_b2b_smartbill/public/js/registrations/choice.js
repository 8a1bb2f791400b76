// What becomes of the company when it is approved: which Customer is linked, or that a new one is made.
import { customers_among } from "./review";

/**
 * {customer, title} links that one; {create_new} makes another; {} is for a person to say. `picked` is what a person
 * said on this form, if anything.
 */
export function choice_of(view, picked) {
	if (picked) return picked;
	const customers = customers_among(view);
	const only = customers.find(({ name }) => name === view.links_to);
	if (only) return { customer: only.name, title: only.title };
	// more than one is the company, or the one that is was switched off
	return customers.some(({ sure }) => sure) ? {} : { create_new: true };
}

export const is_chosen = (choice) => Boolean(choice.customer || choice.create_new);

/** For the approval. That a new one is made is said only by who saw what else there is. */
export function sent_of(view, choice) {
	if (choice.customer) return { customer: choice.customer };
	return choice.create_new && customers_among(view).length ? { create_new: 1 } : {};
}
