"""What dimm-xl ships besides code: maturity models, words, the look. Read through ``importlib.resources``."""
