"""The class: who, how each student's machine is reached, which ports are theirs."""
