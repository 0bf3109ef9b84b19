"""A program that several tests of the standard handlers perform."""

import kont


@kont.do
def in_order(*programs):
    """Runs programs, or performs effects, one after the other, and gives their answers."""
    answers = []
    for program in programs:
        answers.append((yield program))
    return answers
