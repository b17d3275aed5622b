"""Demonstrations: a rep asks, an assessor who gains nothing by it looks, scores by the rubric and signs."""
