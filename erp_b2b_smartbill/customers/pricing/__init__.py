"""What a tier takes off prices: the Pricing Rule that it owns, and the shop's own rules beside it."""
