"""Measures how well red lines are found in sentences that were read by a person beforehand."""
