"""Scores → pages (data) → result workbooks. Nothing here knows an Excel library."""
