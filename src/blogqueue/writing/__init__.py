"""From texts to texts: nothing here knows the database, and only `model` uses the network."""
