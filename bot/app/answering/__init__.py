"""Answers by a signed link: where links come from, what their page shows and does, and how its reader proves who they
are.
"""
