"""What the product costs, measured against a bare stack that does the same statements in the same run."""
