"""A function that makes a program is given in place of the program."""

import kont


@kont.do
def greet():
    yield kont.Pure(None)


kont.run(greet)
