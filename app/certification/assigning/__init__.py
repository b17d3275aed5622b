"""Who is asked to get certified by when: by hand, by rule, and with leave."""
