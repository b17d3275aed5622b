"""What the gate asks for a product, from which day on; where nothing is set, the program says."""
