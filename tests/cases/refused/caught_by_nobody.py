try:
    try:
        import subprocess
    finally:
        print("finally does not run")
except Exception:
    print("nor does except")
