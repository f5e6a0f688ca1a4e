"""What each state must lose: a second opinion, written from the handouts, apart from the checks."""
