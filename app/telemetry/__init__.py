"""What an operator watches: logs, metrics, traces. It names routes and kinds of things, never people."""
