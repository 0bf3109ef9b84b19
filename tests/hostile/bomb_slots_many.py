# limit: memory_bytes, steps
# done
for i in range(1000):
    type("C" + str(i), (), {"__slots__": ["s" + str(j) for j in range(1000)]})
