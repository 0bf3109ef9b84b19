"""A mistake under more handlers than anybody wants to read of, in an effect that cannot show itself."""

import kont


class Get(kont.Effect[int]):
    name: str

    def __repr__(self):
        return f"Get of {self.nmae}"


class Tell(kont.Effect[None]):
    text: str


@kont.handler(Get)
def get(effect):
    return int("one")


class Audit(kont.Handlers):
    @kont.on(Tell)
    def seen(self, effect):
        return None


@kont.observer(Get)
def watch(effect):
    pass


async def main():
    return await Get("name")


program = watch(main())
for _ in range(8):
    program = Audit()(program)
kont.run(program, get)
