name, n, pi = "Ann", 42, 3.14159
print(f"{name} {n} {pi}", f"{name!r} {n!s} {name!a}", f"{n:5}|{n:<5}|{n:^5}|{n:>5}|{n:05}")
print(f"{pi:.2f} {pi:8.3f} {pi:<8.1f}| {pi:e} {pi:g} {pi:%}")
print(f"{n:b} {n:o} {n:x} {n:X} {n:#x} {n:#b} {n:+d} {-n: d} {n: d}")
print(f"{1234567:,} {1234567:_} {1234567.891:,.2f} {0.5:.0%} {12345.678:,}")
print(f"{name:>10}|{name:<10}|{name:^10}|{name:*^10}|{name:.2}|{name:10.1}|")
width, prec = 10, 3
print(f"{pi:{width}.{prec}f}|{name:{'>'}{width}}|{'nested ' + f'{n}'}")
print(f"{n=} {n + 1 = } {name=!s} {pi=:.1f} {name = }")
print(f"{{literal}} {n}{{", f"{'quote'}", f'{"double"}', f"{n if n > 3 else 'small'}")
print(f"{[x for x in range(3)]} {({'a': 1})['a']} {(lambda x: x * 2)(4)}")
print(f"multi {name} "
      f"line {n}" " plain")
print(f"""triple {name}
second line {n:>4}""")
print(rf"\n{n}\t", f"\t{n}\n".strip(), f"{'é':>3}|{'漢字':>5}|")
print(f"{True} {None} {[1, 'a']} {(1,)} {True:d} {True:>6}")
print(f"{1e10} {1e16} {1e-5} {123456789.123:.3e} {float('inf')} {float('nan'):>5}")
