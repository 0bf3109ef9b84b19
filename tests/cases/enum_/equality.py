"""Members and what they are equal to, with a built-in class among the bases and without."""

import enum

class I(enum.IntEnum):
    A = 1
    B = 2


class S(str, enum.Enum):
    X = 'x'


class F(enum.Flag):
    P = 1
    Q = 2


class C(enum.Enum):
    R = 1
    T = 'x'


print(I.A == 1, 1 == I.A, I.A != 1, I.A == I.B, I.A < I.B, hash(I.A) == hash(1), {1: 'a'}.get(I.A), {I.A: 'b'}.get(1), I.A in [1])
print(S.X == 'x', 'x' == S.X, S.X != 'x', hash(S.X) == hash('x'), {'x': 1}.get(S.X))
print(F.P == F.P, F.P | F.Q == 3, F.P == 1, F.P | F.Q == F.Q | F.P, {F.P | F.Q: 1}[F.Q | F.P])
print(C.R == 1, C.R == C.R, C.R != C.T, C.T == 'x', C.R == C.T, {C.R: 1}[C.R], C.R in (1, C.R), C.R is C.R)
