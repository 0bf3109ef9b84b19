# limit: memory_bytes, steps
"\t\t\t\t".expandtabs(10 ** 9)
