"""A robot that does only what the screen says: a hint is proven if it leads to full marks.

`python -m tests.robot tp2` tries it. It repairs 61 of the 65 solutions of tp2 that can be repaired on the machine; its
remedies for tp4 to tp7 were not tried on an engine yet, and tp1, tp3 and tp8 have none.
"""
