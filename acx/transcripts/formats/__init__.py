"""Formats: one reader of transcripts a module. How to add one is in CONTRIBUTING.md.

Which there are, and the order in which they are tried, is `acx.transcripts.detect`.
"""
