"""What customers say, ask and misunderstand, from the deal to the trainers of the product and back."""
