# done
import copy

a = []
a.append(a)
b = copy.deepcopy(a)
assert b[0] is b
