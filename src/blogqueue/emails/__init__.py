"""Letters: rendered from templates, and handed to the mail server."""
