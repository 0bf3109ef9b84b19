# done
# error: IndexError
import heapq


class C:
    def __lt__(self, other):
        h.clear()
        return True


h = []
for _ in range(10):
    heapq.heappush(h, C())
