# limit: output_bytes
while True:
    print("noise")
