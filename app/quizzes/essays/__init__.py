"""Essays: answers in prose that a person marks against a rubric, without knowing whose they are."""
