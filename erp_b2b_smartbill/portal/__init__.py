"""The buyer's side of the website: his company, his quotations and proformas, his answers."""
