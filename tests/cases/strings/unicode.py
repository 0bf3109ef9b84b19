s = "Grüße, 世界! 🐍🇨🇭"
print(len(s), s[0:5], s[7:9], s[-1] == "🇭", s.upper(), s.lower(), s[::-1][:4])
print([ord(c) for c in "é漢🐍"], chr(0x1F40D), "é" == "é", "é" == "e\u0301", len("e\u0301"))
print("ß".upper(), "ŉ".upper(), "İ".lower(), len("İ".lower()), "ΑΣ".lower(), "ǆ".title(), "ﬁ".upper(), "ﬁ".capitalize(), "straße".title())
print("漢字".encode("utf-8"), len("🐍".encode()), b"\xe6\xbc\xa2".decode(), "é".encode("latin-1"), "é€".encode("ascii", "replace"), "é".encode("ascii", "ignore"), "aé".encode("ascii", "backslashreplace"))
for call in (lambda: "é".encode("ascii"), lambda: b"\xff".decode(), lambda: b"ab\xc3".decode("utf-8"), lambda: "a".encode("nope")):
    try:
        call()
    except (UnicodeError, LookupError) as error:
        print(type(error).__name__, error)
print(repr("é\u200b\x7f\xa0\u2028🐍\t\x00\ud7ff"), ascii("é🐍\n"), "naïve".isalpha(), "日本".isalpha(), "Ⅷ".isnumeric(), "①".isdigit(), "ª".islower())
print("a\u00a0b".split(), "a\u2003b\x1cc".split(), "x\u2028y\x0bz".splitlines(), " \u3000x\u3000".strip(), "é".center(5, "·"), "abc🐍".find("🐍"), "🐍a🐍".count("🐍"), "a🐍b".replace("🐍", "é"), sorted("zéaà"))
print("Ünï".swapcase(), "éA".istitle(), "ÉCOLE".isupper(), "𝔘".isalpha(), "x²".isidentifier(), "变量".isidentifier(), "\u0660".isdigit())
变量 = 3
print(变量, f"{'世界':>6}|{'世界':*^6}|", "%5s|" % "世", "世界"[1], "ab\u0301c"[2:])
