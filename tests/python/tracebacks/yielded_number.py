"""A generator yields a value, as if it were an iterator."""

import kont


@kont.do
def count(limit):
    for number in range(limit):
        yield number


@kont.do
def main():
    yield count(3)


kont.run(main())
