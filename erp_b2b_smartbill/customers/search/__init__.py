"""One search over every party of the site: Customers, B2B Registrations and SmartBill's clients."""
