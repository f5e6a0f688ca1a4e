"""How often a mark is wrong: recorded machines changed by operators, judged by the checks, an oracle and a plain suite."""
