"""SmartBill's clients in ERPNext: read from the API or a file, matched with Customers, settled where they disagree."""
