# limit: memory_bytes, steps
# done
round(10 ** 100, -10 ** 9)
