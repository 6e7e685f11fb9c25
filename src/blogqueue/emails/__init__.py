"""Emails: rendered from templates, stored as rows, and handed to the mail server."""
