"""Readiness: how well somebody could speak for a product today, as far as recent evidence tells. It opens nothing."""
