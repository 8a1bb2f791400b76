"""Another credit limit for a Customer: who asks for it, who decides, and what keeps everybody else from changing it."""
