"""The subcommands of `dealworthy`, by noun. Each module registers its parsers and runs an action in a transaction."""
