"""The ranking library of the portal. No Django, no database, no HTTP: text and facts in, a ranked and explained list out."""
