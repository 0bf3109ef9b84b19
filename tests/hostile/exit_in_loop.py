# error: SystemExit
while True:
    raise SystemExit(3)
