{% include "erpnext/selling/sales_common.js" %}

erpnext.selling.setup("Sales Invoice", "customer");
