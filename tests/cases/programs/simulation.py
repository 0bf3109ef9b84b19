class Random:
    def __init__(self, seed):
        self.state = seed
    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
        return self.state >> 33
    def below(self, n):
        return self.next() % n
    def shuffle(self, items):
        for i in range(len(items) - 1, 0, -1):
            j = self.below(i + 1)
            items[i], items[j] = items[j], items[i]
        return items

r = Random(42)
print([r.below(6) + 1 for _ in range(10)], r.shuffle(list(range(8))))
counts = [0] * 6
for _ in range(2000):
    counts[r.below(6)] += 1
print(sum(counts), all(250 < c < 420 for c in counts))

class Elevator:
    def __init__(self):
        self.floor, self.moves, self.log = 0, 0, []
    def serve(self, calls):
        pending = sorted(set(calls))
        while pending:
            target = min(pending, key=lambda f: (abs(f - self.floor), f))
            self.moves += abs(target - self.floor)
            self.floor = target
            pending.remove(target)
            self.log.append(target)
        return self.log

e = Elevator()
print(e.serve([5, 2, 9, 2, 1]), e.moves)
world = ["#####", "#S..#", "#.#E#", "#####"]
start = next((y, row.index("S")) for y, row in enumerate(world) if "S" in row)
frontier, seen, steps = [start], {start}, 0
while frontier:
    if any(world[y][x] == "E" for y, x in frontier):
        print("reached in", steps)
        break
    frontier = [(y + dy, x + dx) for y, x in frontier for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)) if world[y + dy][x + dx] != "#" and (y + dy, x + dx) not in seen]
    seen.update(frontier)
    steps += 1
else:
    print("no way")
interest = 1000.0
for year in range(1, 4):
    interest *= 1.05
    print(year, f"{interest:.2f}", round(interest, 1), int(interest))
