"""A program catches what a handler raised, and raises another exception of it."""

import kont


class Load(kont.Effect[str]):
    name: str


@kont.handler(Load)
def from_disk(effect):
    raise FileNotFoundError(effect.name)


class ConfigError(Exception):
    pass


async def config():
    try:
        return await Load("app.toml")
    except OSError as error:
        raise ConfigError("there is no configuration") from error


kont.run(config(), from_disk)
