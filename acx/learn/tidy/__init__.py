"""Tidying: a space's skills in, steps out, each with its reason and what it takes away.

Two tidiers behind one port (`step`): `rules` needs no key and does what is certain, `model` reads
the whole space. Neither knows git or the disk; a verb makes each step a commit.
"""
