"""The states of a Credit Limit Request."""

OPEN = "Open"
APPROVED = "Approved"
REJECTED = "Rejected"
WITHDRAWN = "Withdrawn"
