"""Abuse of HTTP/2 and of patience, with bystanders who must not notice any of it."""
