"""Readers of the worksheets of uploaded files; run in a child process, so nothing here imports Django."""
