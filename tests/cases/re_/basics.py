import re
print(re.match(r"(\w+)@(\w+)\.com", "joe@site.com").groups(), re.search(r"\d+", "abc 42 def").group(), re.match("b", "abc"), re.fullmatch(r"\d{3}", "123") is not None)
m = re.search(r"(?P<year>\d{4})-(?P<month>\d\d)(-(?P<day>\d\d))?", "on 2024-03 it")
print(m.group("year"), m.group(1, 2), m.groupdict(), m.span(), m.start("month"), m.end(), m["month"], m.groups(default="-"), m.lastgroup, m.string[:2])
print(re.findall(r"\d+", "1 22 333"), re.findall(r"(\w)(\d)", "a1 b2"), re.findall(r"(a)|b", "ab"), re.findall("", "ab"))
print(re.sub(r"\s+", " ", "a   b \n c"), re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"), re.sub("a", lambda m: m.group().upper() * 2, "banana", count=2), re.subn("x", "y", "axbx"), re.sub(r"(?P<n>\d)", r"<\g<n>>", "a1"))
print(re.split(r"[,;]\s*", "a, b;c,d"), re.split(r"(-)", "a-b-c"), re.split(r"\d", "a1b2c", maxsplit=1), re.split("x*", "axb"))
p = re.compile(r"^(\w+):\s*(.*)$", re.M | re.I)
print([x.groups() for x in p.finditer("Name: Ann\nAGE:  5\nbad")], p.pattern, bool(p.flags & re.MULTILINE), re.escape("a.b*c?"))
print(re.findall(r"(?i)HELLO", "Hello hello"), re.findall(r"a.c", "abc a\nc", re.S), re.findall(r"^\w", "ab\ncd", re.M), re.findall(r"\bfoo\b", "foo food foo"), re.findall(r"(?:ab)+", "ababab ab"))
print(re.findall(r"<.+?>", "<a><b>"), re.findall(r"<.+>", "<a><b>"), re.findall(r"\w+(?=!)", "hi! there you!"), re.findall(r"(?<=\$)\d+", "$10 20 $30"), re.findall(r"\b(?!no)\w+", "yes no maybe"), re.findall(r"(?<!a)b", "ab bb"))
print(re.findall(r"(\w)\1", "aabbcd ee"), re.findall(r"[^\W\d_]+", "abc_12 déf"), re.findall(r"[a-c\d\-]+", "ab-1xyz2"), re.findall(r"x{2,3}", "x xx xxx xxxx"), re.search(r"a|ab", "ab").group(), re.findall(r"\.|\\", r"a.b\c"))
print(re.sub(r"(?x) \d+  # digits", "N", "a1b22"), re.match(r"(a)(b)?", "a").groups(), re.search("é+", "caféé").span(), m, re.compile("a+").sub("b", "aacaa"), re.match("", "abc").span())
for bad in ("(", "[a", "*a", "a{2,1}", "(?P<n>a)(?P<n>b)", r"\1", "a**", "(?z)", ")", "[z-a]", r"\q"):
    try:
        re.compile(bad)
        print("ok", bad)
    except re.error as error:
        print(bad, "->", error)
print(re.sub(r"\b(\w)(\w*)", lambda m: m[1].upper() + m[2], "the quick fox"), re.fullmatch("a*", "aab"), [(m.start(), m.group()) for m in re.finditer("[aeiou]", "education")])
