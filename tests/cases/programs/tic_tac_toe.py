def lines(board):
    rows = [board[i:i + 3] for i in (0, 3, 6)]
    cols = [board[i::3] for i in range(3)]
    return rows + cols + [board[::4], board[2:7:2]]

def winner(board):
    for line in lines(board):
        if line[0] != "." and len(set(line)) == 1:
            return line[0]
    return None if "." in board else "draw"

cache = {}

def best(board, player):
    if (board, player) in cache:
        return cache[board, player]
    won = winner(board)
    if won:
        return (0 if won == "draw" else 1 if won == player else -1), None
    other = "O" if player == "X" else "X"
    options = []
    for i, c in enumerate(board):
        if c == ".":
            score, _ = best(board[:i] + player + board[i + 1:], other)
            options.append((-score, -i))
    score, move = max(options)
    cache[board, player] = score, -move
    return cache[board, player]

board, player = "XO.......", "X"
while not winner(board):
    _, move = best(board, player)
    board = board[:move] + player + board[move + 1:]
    player = "O" if player == "X" else "X"
for i in range(0, 9, 3):
    print(" ".join(board[i:i + 3]))
print("result:", winner(board), len(cache) > 100)
