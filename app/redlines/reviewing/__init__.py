"""The life of a red line: what an approval is needed for, who gives it, and what was said.

A red line is written, sent for approval, approved by somebody who did not write it, and only then published; what is
in force leaves again by the same way. Files are reviewed where they are kept, and need no approval here.
"""
