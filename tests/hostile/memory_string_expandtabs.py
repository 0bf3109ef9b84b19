# limit: memory_bytes
"\t\t\t\t".expandtabs(10 ** 9)
