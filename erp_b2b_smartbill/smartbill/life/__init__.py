"""What happens to a proforma after it was issued: cancelled, restored, sent, invoiced, followed, linked by hand.

Each module is one action. All speak to SmartBill through reaching.py, with nothing uncommitted, and write through
claim.py.
"""
