"""When people are away, and what that does to the days by which they were asked to be certified."""
