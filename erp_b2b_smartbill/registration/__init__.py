"""A company's request to become a customer: submitted, decided, onboarded."""
