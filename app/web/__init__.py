"""HTTP and HTML for every feature and of none: templates, forms, languages, headers, error pages.

A page and the fragment that htmx swaps into it come from one template and one context. Every form works without
JavaScript. A bad form comes back as the same page with status 422, with what was typed and what is wrong.
"""
