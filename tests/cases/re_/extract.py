import re
log = """2024-01-15 10:23:45 ERROR [db] Connection lost: timeout=30s host=10.0.0.1
2024-01-15 10:24:00 INFO [web] GET /index.html 200 12ms
2024-01-16 00:00:01 ERROR [web] GET /api?x=1&y=2 500 1031ms"""
pattern = re.compile(r"^(?P<date>[\d-]+) (?P<time>[\d:]+) (?P<level>[A-Z]+)\s+\[(?P<mod>\w+)\] (?P<msg>.*)$")
for line in log.splitlines():
    m = pattern.match(line)
    print(m["date"], m["level"].lower(), m.group("mod"), dict(re.findall(r"(\w+)=(\w+)", m["msg"])))
print(sum(int(x) for x in re.findall(r"(\d+)ms", log)), set(re.findall(r"\b(?:\d{1,3}\.){3}\d{1,3}\b", log)))
text = "Call +49 (30) 123-456 or 030/987654; mail a.b@example.org, x@y.co.uk."
print(re.findall(r"[\w.]+@[\w.]+\w", text), [re.sub(r"\D", "", p) for p in re.findall(r"\+?[\d(][\d ()/-]{6,}", text)])
camel = "someVariableName"
snake = re.sub(r"(?<!^)(?=[A-Z])", "_", camel).lower()
print(snake, re.sub(r"_([a-z])", lambda m: m.group(1).upper(), snake))
html = "<p>One <b>two</b> &amp; <a href='x'>three</a></p>"
print(re.sub(r"<[^>]+>", "", html), re.findall(r"<(\w+)[^>]*>", html), re.findall(r"href='([^']*)'", html))
amounts = "Total: 1.234,56 EUR; fee 12,00 EUR; $99.95"
print([float(a.replace(".", "").replace(",", ".")) for a in re.findall(r"[\d.]+,\d\d", amounts)], re.search(r"\$(\d+\.\d+)", amounts)[1])
template = "Dear {{name}}, you owe {{ amount }} {{unknown}}"
print(re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda m: str({"name": "Ann", "amount": 5}.get(m[1], "?")), template))
