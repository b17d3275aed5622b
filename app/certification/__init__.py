"""Programs, periods and sign-offs: where each person stands with each product.

A period is a span of days that somebody was certified for; renewing adds one, and nothing is ever reset or
deleted. Standing is derived from what is stored each time it is asked, for any day.
"""
