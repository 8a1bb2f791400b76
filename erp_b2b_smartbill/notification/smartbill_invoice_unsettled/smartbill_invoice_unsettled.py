"""Says of an invoice what is said of a proforma."""

from erp_b2b_smartbill.notification.smartbill_proforma_unsettled.smartbill_proforma_unsettled import (
	get_context,
)

__all__ = ["get_context"]
