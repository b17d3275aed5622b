"""Reports of questions: what somebody who answered one says is wrong with it, until a trainer settles it."""
