"""Stand-ins for Stripe, OpenAI and a mail server that speak their own protocols; see docs/sandbox.md.

It stands apart: it imports nothing of the product, and the product imports nothing of it.
"""
