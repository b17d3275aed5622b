"""What counts without having been done here: something else that was done, or nothing for a reason."""
