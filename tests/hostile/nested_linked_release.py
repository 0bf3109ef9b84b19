# done
class Node:
    pass
head = None
for _ in range(50000):
    n = Node()
    n.next = head
    head = n
head = None
print("released")
