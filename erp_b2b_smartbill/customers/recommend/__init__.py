"""What to offer a customer next: what it usually orders again and when, and what others buy together with it.

Worked out by night (`run`) from what was bought (`documents`, `purchases`), by rules without I/O (`habits`, `together`,
`choice`), kept in Item Recommendation and Item Association (`store`)."""
