"""Measure the digital maturity of organisations with nothing but spreadsheets."""

__version__ = "0.1.0"
