tasks = {"deploy": ["test", "build"], "test": ["build"], "build": ["fetch"], "fetch": [], "docs": ["fetch"]}

def order(tasks):
    done, visiting, result = set(), [], []
    def visit(task):
        if task in done:
            return
        if task in visiting:
            cycle = visiting[visiting.index(task):] + [task]
            raise ValueError("cycle: " + " > ".join(cycle))
        visiting.append(task)
        for needed in tasks[task]:
            visit(needed)
        visiting.pop()
        done.add(task)
        result.append(task)
    for task in sorted(tasks):
        visit(task)
    return result

print(order(tasks))
tasks["fetch"].append("deploy")
try:
    order(tasks)
except ValueError as error:
    print(error)
