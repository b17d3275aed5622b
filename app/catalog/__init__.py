"""Products and what is taught about them.

A *product* has a *course*: lessons in order, with talk tracks and customer cases among them, each text in one
or more languages. A course is published as a frozen *content version* that a completion cites for ever.
Content is written as files (`courses/<product>/`) and as the same JSON document in the database: YAML, JSON
and model say the same thing, and the digest of a document tells whether anything changed. Markdown becomes
HTML in one place only, and nothing an author writes reaches a page unsanitized. This package knows nothing of
programs, quizzes or the rules behind red line ids.
"""
