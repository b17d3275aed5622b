"""The JSON API for machines, under `/api/v1`: thin, over the same queries and actions as the pages."""
