# limit: output_bytes
while True:
    try:
        print("x" * 1000)
    except BaseException:
        print("caught")
    finally:
        print("finally")
