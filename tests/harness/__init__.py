"""Pytest plugins of this suite, one file a concern; tests/conftest.py lists them."""
