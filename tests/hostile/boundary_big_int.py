# limit: boundary_bytes
n = 1 << 8_000_000
tool([n] * 1000)
