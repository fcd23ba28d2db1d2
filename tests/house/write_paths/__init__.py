"""Every writable field by every path: the table of values, and what drives each path."""
