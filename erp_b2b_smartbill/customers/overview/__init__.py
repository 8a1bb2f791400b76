"""The whole customer on one screen: a module a tab. What SmartBill and registrations know is read from their
tables, not by their code."""
