def show(value, *specs):
    for spec in specs:
        try:
            print(f"{spec!r:>10} -> {format(value, spec)!r}")
        except (ValueError, TypeError) as error:
            print(f"{spec!r:>10} !! {type(error).__name__}: {error}")

show(42, "", "d", "5d", "<5d", "^5", "=5", "=+6", "x<6", "06", "+06d", "c", "n", ",d", "_x", "#o", ".2f", "e", "%", "s", ".3", "z", "5.2d", "#X", "08b", "_b", ",x")
show(-7, "5", "=5", "05", "+", " ", "(", "b", "#b", ",")
show(3.14159, "", "f", ".0f", ".1f", "10.2f", "-^12.3f", "+.1f", "08.3f", "e", ".2e", "E", "g", ".3g", "G", "%", ".1%", ",", "_.2f", "#.0f", "d", "x", "s", "n")
show(1234567.5, "g", ".10g", ",.1f", "", ".3", "_")
show(0.00001234, "", "g", "f", ".3g", "e")
show(1e100, "", "g", ".3f", "%")
show("text", "", "s", "10", "<10", ">10", "^10", "*^11", ".2", "10.2", "=10", "d", "+", ",", "010")
show(10**20, "", ",", "e", "x", ".2f", "30", "g")
show(True, "", "d", "5", "s", "f")
show(None, "", "5")
show([1], "", "5")
show(0, "b", "#x", ",", "e", "%", "+", "c")
show(-0.0, "", "f", "+.1f", "g", "z.1f")
show(float("inf"), "f", "05", "e", "+", "%")
show(float("nan"), "f", "8", "d")
