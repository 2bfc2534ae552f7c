"""Runs one scenario in a browser. Prints figures, if it has some; exits 1 with what was wrong.

Usage: scenarios.py NAME URL FOLDER        FOLDER is where pictures go
       scenarios.py                        prints the names
"""

import sys
from pathlib import Path

# Each adds its scenarios.
import access
import figures
import network
import payment
import sessions
import story
import words
from stage import SCENARIOS, perform

if len(sys.argv) == 1:
    print("\n".join(SCENARIOS))
    raise SystemExit
name, url, folder = sys.argv[1:]
raise SystemExit("\n".join(perform(name, url, Path(folder))) or 0)
