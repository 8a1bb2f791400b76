"""A SmartBill imitation that speaks real HTTP, for tests, demonstrations and first tries without an account.

Run it with `python -m sandbox`, or inside a process with `sandbox.server.start()`. What it imitates, and how
sure each imitated fact is, stands in docs/smartbill-api.md; section 7 there specifies this package.
"""
