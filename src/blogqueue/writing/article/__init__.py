"""A whole article that is written around a paid link: ordered, proposed, checked."""
