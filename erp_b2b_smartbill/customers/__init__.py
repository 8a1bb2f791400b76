"""Who a customer is: identity, duplicates, and the one place that makes one."""
