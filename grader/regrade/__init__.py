"""Recordings judged again with today's suite: an appeal is answered without the machine."""
