"""Adapters to what is not media, signalling or REST: the players of films and their library."""
