"""Every e-mail of the app whose text the user may change."""

from erp_b2b_smartbill.portal.responses import ANSWERED
from erp_b2b_smartbill.registration import mail_texts as registration
from erp_b2b_smartbill.smartbill.life.mail_template import PROFORMA

MAIL_TEXTS = (PROFORMA, *registration.ALL, ANSWERED)
