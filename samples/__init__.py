"""One small complete campaign: returns good and damaged, and what a run makes of them."""
