from functools import lru_cache

def knapsack(items, capacity):
    best = [0] * (capacity + 1)
    choice = [[] for _ in best]
    for name, weight, value in items:
        for c in range(capacity, weight - 1, -1):
            if best[c - weight] + value > best[c]:
                best[c] = best[c - weight] + value
                choice[c] = choice[c - weight] + [name]
    return best[capacity], choice[capacity]

print(knapsack([("map", 9, 150), ("water", 153, 200), ("glucose", 15, 60), ("tin", 68, 45), ("banana", 27, 60)], 100))

def lcs(a, b):
    @lru_cache(None)
    def go(i, j):
        if i == len(a) or j == len(b):
            return ""
        if a[i] == b[j]:
            return a[i] + go(i + 1, j + 1)
        return max(go(i + 1, j), go(i, j + 1), key=len)
    return go(0, 0)

print(lcs("AGGTAB", "GXTXAYB"), lcs("stone", "longest"))

def edit(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]

print(edit("kitten", "sitting"), edit("", "abc"), edit("same", "same"))

def subsets(s):
    return [[x for i, x in enumerate(s) if mask >> i & 1] for mask in range(2 ** len(s))]

print(subsets("abc"))

def coins(amount, kinds=(1, 2, 5, 10, 20, 50)):
    ways = [1] + [0] * amount
    for coin in kinds:
        for a in range(coin, amount + 1):
            ways[a] += ways[a - coin]
    return ways[amount]

print(coins(100), coins(7))

def quicksort(xs):
    if len(xs) <= 1:
        return xs
    pivot, *rest = xs
    return quicksort([x for x in rest if x < pivot]) + [pivot] + quicksort([x for x in rest if x >= pivot])

print(quicksort([3, 6, 1, 8, 2, 9, 2]))

def binary_search(xs, target):
    low, high = 0, len(xs) - 1
    while low <= high:
        mid = (low + high) // 2
        if xs[mid] == target:
            return mid
        if xs[mid] < target:
            low = mid + 1
        else:
            high = mid - 1
    return -1

print([binary_search(list(range(0, 50, 5)), t) for t in (0, 25, 45, 7)])
