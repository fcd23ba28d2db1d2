"""`make mutate SEED=1 COUNT=120`: small faults put into the domain code, and which tests notice them."""
