print("%d %i %5d|%-5d|%05d|%+d|% d" % (1, 2, 3, 4, 5, 6, 7))
print("%f %.2f %10.3f|%-10.1f|%e %g %G" % (1.5, 2.345, 3.14159, 2.5, 12345.678, 0.0001, 1e20))
print("%x %X %o %#x %#o" % (255, 255, 8, 255, 8), "%s %r %a" % ("é", "é", "é"), "%c%c" % ("a", 98))
print("%%  %s" % "one", "%5s|%-5s|%.2s" % ("a", "b", "cdef"), "%*d" % (5, 42), "%.*f" % (2, 3.14159))
print("%(a)s %(b)05.1f" % {"a": [1], "b": 2.25}, "%s" % (1,), "%s" % [1, 2], "%s %s" % (None, True))
print("%d" % 3.9, "%d" % True, "%x" % 10**20, "%s" % {"a": 1})
for text, args in (("%d", "x"), ("%d %d", (1,)), ("%s", (1, 2)), ("%z", 1), ("%(a)s", 5), ("%x", 1.5), ("%c", "ab"), ("%", 1)):
    try:
        print(text % args)
    except Exception as error:
        print(text, type(error).__name__, error)
