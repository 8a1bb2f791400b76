{% include "erpnext/selling/sales_common.js" %}

erpnext.selling.setup("Delivery Note", "customer");
