"""Taking over what people have earned before: from a file, with its evidence, and never over what is stored."""
