b = b"hello\x00\xff"
print(b, len(b), b[0], b[1:3], b[-1], list(b"ab"), b + b"!", b * 2, b"l" in b, 104 in b)
print(bytes(3), bytes([65, 66]), bytes("é", "utf-8"), bytes(b"x"), bytes(range(5)), b"abc".hex(), bytes.fromhex("de ad be ef"))
print(b"a,b".split(b","), b"-".join([b"x", b"y"]), b"abc".replace(b"b", b"ZZ"), b" x ".strip(), b"abc".upper(), b"abc".find(b"c"), b"abc".startswith(b"ab"))
print(b"abc" == b"abc", b"abc" == "abc", b"a" < b"b", hash(b"a") == hash(b"a"), {b"k": 1}[b"k"], b"abc".decode(), str(b"abc"), repr(b"it's"))
print(b"\t\n\r\\'\"", b'say "hi"', b"it's \"both\"", b"\x80\x7f ", rb"raw\n")
for call in (lambda: b"a" + "b", lambda: "a" in b"abc", lambda: b"abc"[5], lambda: bytes([300]), lambda: b"\xff".decode("ascii"), lambda: bytes("é"), lambda: bytes.fromhex("zz"), lambda: bytes(-1)):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)
print(b"ab".isalpha(), b"12".isdigit(), int.from_bytes(b"\x01\x02", "big"))
