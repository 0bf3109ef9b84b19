import heapq
from collections import deque, defaultdict

edges = [("a", "b", 4), ("a", "c", 1), ("c", "b", 2), ("b", "d", 5), ("c", "d", 8), ("d", "e", 3), ("x", "y", 1)]
graph = defaultdict(list)
for u, v, w in edges:
    graph[u].append((v, w))
    graph[v].append((u, w))

def shortest(start):
    distance = {start: 0}
    previous = {}
    queue = [(0, start)]
    while queue:
        d, node = heapq.heappop(queue)
        if d > distance[node]:
            continue
        for neighbour, weight in graph[node]:
            candidate = d + weight
            if candidate < distance.get(neighbour, float("inf")):
                distance[neighbour] = candidate
                previous[neighbour] = node
                heapq.heappush(queue, (candidate, neighbour))
    return distance, previous

distance, previous = shortest("a")
print(distance)
path, node = [], "e"
while node != "a":
    path.append(node)
    node = previous[node]
print(" -> ".join(["a"] + path[::-1]))

def components():
    seen, groups = set(), []
    for node in sorted(graph):
        if node in seen:
            continue
        group, queue = [], deque([node])
        seen.add(node)
        while queue:
            current = queue.popleft()
            group.append(current)
            for neighbour, _ in graph[current]:
                if neighbour not in seen:
                    seen.add(neighbour)
                    queue.append(neighbour)
        groups.append(sorted(group))
    return groups

print(components())
heap = [5, 1, 8, 3]
heapq.heapify(heap)
print(heapq.heappushpop(heap, 2), [heapq.heappop(heap) for _ in range(4)], heapq.nlargest(2, [4, 9, 1]), heapq.nsmallest(2, [4, 9, 1]))
