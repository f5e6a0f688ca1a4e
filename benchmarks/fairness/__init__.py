"""How often a mark is wrong: recorded machines, changed, judged by the checks, an oracle and a plain suite."""
