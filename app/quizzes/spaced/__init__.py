"""Questions that come back after weeks, so that what was learned stays; they inform, and decide nothing."""
