# error: SystemExit
import sys
sys.exit(10 ** 100)
