"""Words in, words out: no row and no door is known here, and `model` alone speaks to the network."""
