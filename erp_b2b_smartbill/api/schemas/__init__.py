"""What every call of the REST API takes and answers: one module a resource, read by api/openapi.py."""
