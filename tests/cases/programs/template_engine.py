class Template:
    def __init__(self, text):
        self.parts = list(self.parse(text))

    @staticmethod
    def parse(text):
        while "{{" in text:
            before, _, rest = text.partition("{{")
            inside, closing, text = rest.partition("}}")
            if not closing:
                raise ValueError("unclosed {{")
            if before:
                yield "text", before
            name, *filters = [p.strip() for p in inside.split("|")]
            yield "var", (name, filters)
        if text:
            yield "text", text

    FILTERS = {"upper": str.upper, "title": str.title, "len": lambda v: str(len(v)), "money": lambda v: f"{v:,.2f}", "join": ", ".join}

    def render(self, **context):
        out = []
        for kind, value in self.parts:
            if kind == "text":
                out.append(value)
                continue
            name, filters = value
            current = context
            for key in name.split("."):
                current = current[key] if isinstance(current, dict) else getattr(current, key)
            for f in filters:
                current = self.FILTERS[f](current)
            out.append(str(current))
        return "".join(out)

class User:
    def __init__(self, name):
        self.name = name

t = Template("Dear {{ user.name | title }}, you owe {{ amount|money }} for {{ items|join|upper }} ({{ items|len }}).")
print(t.render(user=User("ann lee"), amount=12345.5, items=["pen", "ink"]))
print(t.render(user={"name": "bob"}, amount=0, items=[]))
for bad in (lambda: Template("a {{ b"), lambda: Template("{{x}}").render(), lambda: Template("{{x|nope}}").render(x=1), lambda: Template("{{x.y}}").render(x=1)):
    try:
        bad()
    except (ValueError, KeyError, AttributeError) as error:
        print(type(error).__name__, error)
