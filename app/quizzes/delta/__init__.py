"""The delta quiz: only the questions about what a publication changed, for those who know the old text."""
