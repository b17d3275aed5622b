"""The tools that assistants call over the Model Context Protocol: they read what the API reads, and store nothing."""
