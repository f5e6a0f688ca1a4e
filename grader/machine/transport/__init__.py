"""How a machine is reached and asked: local, TCP with TLS, SSH."""
