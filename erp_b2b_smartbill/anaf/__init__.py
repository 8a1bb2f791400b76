"""The tax office's public look-up of companies. It fills in and annotates; nothing waits for it or fails by it."""
