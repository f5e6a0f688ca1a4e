import time
from pathlib import Path

print(Path("greeting.txt").read_text(), flush=True)
while True:
    time.sleep(60)
