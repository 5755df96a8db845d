"""`make mutants`: the weaknesses of the peers, planted one by one in a copy; the tests must see each."""
