"""The question bank: every item of every quiz and bank, where each is used, its versions, and sheets of them."""
