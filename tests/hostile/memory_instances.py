# limit: memory_bytes
class Node:
    def __init__(self, next):
        self.next = next
        self.data = "x"
head = None
while True:
    head = Node(head)
