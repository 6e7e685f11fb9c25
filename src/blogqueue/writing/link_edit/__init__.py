"""The edit that works a paid link into one paragraph of a published article: proposed, applied, checked, compared."""
