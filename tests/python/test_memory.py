"""What is left behind: nothing, after any number of effects, and by no cycle. Objects are counted; no time is measured."""

import gc
import weakref

import pytest
from counting import MANY, grown, objects

import kont


class Tick(kont.Effect[int]):
    pass


class Keep(kont.Effect[None]):
    box: list


class Turn(kont.Effect[None]):
    pass


class Thing:
    pass


@kont.handler(Tick)
def tick(effect):
    return 1


@kont.handler(Turn)
def turn(effect):
    return None


@kont.do
def loop(n):
    total = 0
    for _ in range(n):
        total += yield Tick()
    return total


@kont.do
def turning(n):
    # The machine looks at what is kept now and then, between two turns.
    for _ in range(n):
        yield Turn()


@kont.handler(Tick)
def transferring(effect, k):
    yield kont.Transfer(k, 1)


@kont.handler(Tick)
def calling(effect, k):
    return k(1)


@kont.handler(Tick)
def answering(effect):
    yield kont.Pure(None)
    return 1


@kont.do
def helper(k):
    yield kont.Transfer(k, 1)


@kont.handler(Tick)
def delegating_to_a_helper(effect, k):
    yield helper(k)


@kont.handler(Tick)
def passing(effect, k):
    yield kont.Pass()


@kont.handler(Tick)
def delegating(effect, k):
    answer = yield kont.Delegate()
    yield kont.Transfer(k, answer)


@kont.interceptor(Tick)
def rewriting(effect):
    return Tick()


@pytest.mark.parametrize(
    "handlers",
    [
        (tick,),
        (transferring,),
        (calling,),
        (answering,),
        (delegating_to_a_helper,),
        (passing, tick),
        (delegating, tick),
        (rewriting, tick),
    ],
    ids=["tail", "transfer", "call", "answering", "delegated-transfer", "pass", "delegate", "rewrite"],
)
def test_effects_leave_nothing(handlers):
    def run(n):
        assert kont.run(loop(n), *handlers) == n

    more_objects, more_blocks = grown(run)
    assert more_objects < 50 and more_blocks < 500


@pytest.mark.parametrize("handler", [transferring, calling, delegating_to_a_helper], ids=lambda handler: handler.__name__)
def test_effects_leave_nothing_while_the_program_runs(handler):
    seen = []

    @kont.do
    def program():
        yield loop(1_000)
        seen.append(objects())
        yield loop(MANY)
        seen.append(objects())

    kont.run(program(), handler)
    (objects_before, blocks_before), (objects_after, blocks_after) = seen
    assert objects_after - objects_before < 50 and blocks_after - blocks_before < 500


def test_dropped_programs_leave_nothing():
    @kont.handler(Tick)
    def stop(effect, k):
        return 0

    @kont.do
    def stopped():
        try:
            yield Tick()
        finally:
            yield Turn()

    @kont.do
    def program(n):
        for _ in range(n // 10):
            yield stop(stopped())

    more_objects, more_blocks = grown(lambda n: kont.run(program(n), turn))
    assert more_objects < 50 and more_blocks < 500


def test_continuations_that_are_kept_and_dropped_leave_nothing():
    @kont.handler(Tick)
    def keep(effect, k):
        return [k]

    @kont.do
    def program(n):
        for _ in range(n // 10):
            yield keep(loop(1))

    more_objects, more_blocks = grown(lambda n: kont.run(program(n)))
    assert more_objects < 50 and more_blocks < 500


def test_a_finished_handler_dies():
    def make():
        @kont.handler(Tick)
        def handler(effect):
            return 1

        return handler

    handler = make()
    refs = [weakref.ref(handler.function)]
    kont.run(loop(3), handler)
    del handler
    gc.collect()
    assert refs[0]() is None


@kont.handler(Keep)
def keeping(effect, k):
    effect.box.append(k)
    return None


@kont.handler(Keep)
def keeping_as_a_program(effect, k):
    effect.box.append(k)
    yield kont.Pure(None)
    return None


@pytest.mark.parametrize("handler", [keeping, keeping_as_a_program], ids=["plain", "full"])
@pytest.mark.parametrize("nested", [False, True], ids=["alone", "nested"])
def test_a_continuation_that_its_own_frame_keeps_is_collected_while_the_program_runs(handler, nested):
    refs = []

    @kont.do
    def cyclic():
        thing = Thing()
        refs.append(weakref.ref(thing))
        box = []
        yield Keep(box)
        return thing, box

    @kont.do
    def around():
        return (yield tick(cyclic()))

    @kont.do
    def program():
        yield handler(around() if nested else cyclic())
        assert refs[0]() is not None
        yield turning(30_000)
        gc.collect()
        yield turning(2)
        return refs[0]()

    assert kont.run(program(), turn) is None


def test_a_continuation_that_is_held_elsewhere_stays_whole():
    boxes = []
    refs = []

    @kont.do
    def waits():
        thing = Thing()
        refs.append(weakref.ref(thing))
        box = []
        boxes.append(box)
        yield Keep(box)
        return thing, (yield Tick())

    @kont.do
    def program():
        yield keeping(tick(waits()))
        yield turning(30_000)
        gc.collect()
        yield turning(2)
        (k,) = boxes[0]
        # It was taken out of the machine in between: it is seen, used once and of this run as before.
        assert (yield kont.GetHandlers(k)) == [tick, keeping]
        with pytest.raises(kont.ForeignContinuationError):
            kont.run(resume(k))
        with pytest.raises(kont.ForeignContinuationError):
            kont.run(kont.GetHandlers(k))
        thing, answer = yield kont.Resume(k)
        assert thing is refs[0]() and k.used
        with pytest.raises(kont.ContinuationUsedError):
            yield kont.Resume(k)
        return answer

    @kont.do
    def resume(k):
        return (yield kont.Resume(k))

    assert kont.run(program(), turn) == 1


def test_a_program_that_has_not_begun_and_holds_itself_is_collected():
    refs = []

    @kont.do
    def never(box):
        yield Tick()

    @kont.do
    def program():
        box = [Thing()]
        refs.append(weakref.ref(box[0]))
        box.append((yield kont.CreateContinuation(never(box))))
        del box
        gc.collect()

    kont.run(program())
    gc.collect()
    assert refs[0]() is None


def test_a_handler_that_waits_in_a_kept_continuation_is_collected_too():
    refs = []

    @kont.handler(Tick)
    def waits(effect, k):
        thing = Thing()
        refs.append(weakref.ref(thing))
        box = [k]
        yield Keep(box)
        return thing

    @kont.do
    def program():
        yield keeping(waits(loop(1)))
        yield turning(30_000)
        gc.collect()
        yield turning(2)
        return refs[0]()

    assert kont.run(program(), turn) is None


def test_observers_of_a_continuation_that_was_taken_out_see_what_it_performs_afterwards():
    seen = []

    @kont.observer(Tick)
    def note(effect):
        seen.append(effect)

    @kont.do
    def waits(box):
        yield Tick()
        yield Keep(box)
        return (yield Tick())

    @kont.do
    def program():
        box = []
        yield keeping(note(waits(box)))
        yield turning(30_000)
        yield Tick()
        assert len(seen) == 1
        answer = yield kont.Resume(box.pop())
        assert len(seen) == 2
        yield Tick()
        return answer, len(seen)

    assert kont.run(program(), tick, turn) == (1, 2)
