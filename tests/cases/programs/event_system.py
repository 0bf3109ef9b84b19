class Event:
    def __init__(self, name, **data):
        self.name = name
        self.data = data

class Bus:
    def __init__(self):
        self.handlers = {}
        self.errors = []

    def on(self, name, priority=0):
        def register(handler):
            self.handlers.setdefault(name, []).append((priority, handler))
            self.handlers[name].sort(key=lambda pair: -pair[0])
            return handler
        return register

    def emit(self, name, **data):
        event = Event(name, **data)
        results = []
        for _, handler in self.handlers.get(name, []):
            try:
                results.append(handler(event))
            except Exception as error:
                self.errors.append((handler.__name__, repr(error)))
        return results

bus = Bus()

@bus.on("order")
def save(event):
    return f"saved {event.data['id']}"

@bus.on("order", priority=10)
def check(event):
    if event.data.get("amount", 0) < 0:
        raise ValueError("negative amount")
    return "checked"

@bus.on("order", priority=-1)
def notify(event):
    return f"notified {event.data['email']}"

print(bus.emit("order", id=1, amount=5, email="a@x"))
print(bus.emit("order", id=2, amount=-5))
print(bus.emit("nothing"))
for name, error in bus.errors:
    print(name, error)
