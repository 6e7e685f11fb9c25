"""Stand-ins for Stripe, OpenAI and a mail server that speak the real protocols; see docs/sandbox.md.

The sandbox imports nothing of the product, and the product imports nothing of the sandbox.
"""
