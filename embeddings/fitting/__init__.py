"""How the map is made, offline: corpus, answers, layout, names, and how far it can be trusted."""
