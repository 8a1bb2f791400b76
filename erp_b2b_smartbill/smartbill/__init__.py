"""SmartBill: what is sent, how its answers are read, and how a proforma is issued at most once.

Pure (plain values in and out, no database, no network, no clock): answers, verdict, mapping, totals, payload, gate,
states, reconcile, hints, hosts. With effects: collect (reads a Quotation), client (HTTP), calls (what is kept of a call),
claim (the states of a proforma), pdf, settling (an unknown outcome), issue (the order in which all this happens).
The facts about SmartBill's API are in docs/smartbill-api.md.
"""
