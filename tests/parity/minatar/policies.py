"""The scripted policies, one a game, on channels first observations (c, y, x); policies.mjs has the same in JavaScript.

Actions are those of the six-action set: 0 none, 1 left, 2 up, 3 right, 4 down, 5 fire.
"""


def cells(plane):
    """(y, x) of the set cells, row by row."""
    ys, xs = plane.nonzero()
    return list(zip(ys.tolist(), xs.tolist()))


def breakout(s):
    """The paddle follows the ball's column."""
    paddle, ball = cells(s[0])[0][1], cells(s[1])[0][1]
    return 1 if ball < paddle else 3 if ball > paddle else 0


def asterix(s):
    """Leaves a row with an enemy within two columns for a free one; else goes to the row's gold."""
    y, x = cells(s[0])[0]

    def danger(row):
        return s[1][row, max(x - 2, 0) : x + 3].any()

    if danger(y):
        if y > 1 and not danger(y - 1):
            return 2
        return 4 if y < 8 and not danger(y + 1) else 0
    gold = [gx for gy, gx in cells(s[3]) if gy == y]
    if not gold:
        return 0
    nearest = min(gold, key=lambda gx: abs(gx - x))
    return 1 if nearest < x else 3 if nearest > x else 0


def freeway(s):
    """Up, unless a car is within one column in the next row."""
    y, x = cells(s[0])[0]
    return 0 if y > 0 and s[1][y - 1, x - 1 : x + 2].any() else 2


def seaquest(s):
    """Surfaces when low on oxygen or full of divers, shoots what is in its row, else fetches the nearest diver."""
    (y, x), (_, back) = cells(s[0])[0], cells(s[1])[0]
    oxygen, divers = int(s[7].sum()), int(s[8].sum())
    if (oxygen <= 3 and divers > 0) or divers == 6:
        return 2
    enemies = [ex for ey, ex in cells(s[5] | s[6]) if ey == y]
    if enemies:
        nearest = min(enemies, key=lambda ex: abs(ex - x))
        if nearest < x:
            return 5 if x < back else 1
        return 5 if x > back else 3
    if y == 0:
        return 4
    visible = cells(s[9])
    if visible:
        dy, dx = min(visible, key=lambda p: abs(p[0] - y) + abs(p[1] - x))
        if dy != y:
            return 2 if dy < y else 4
        return 1 if dx < x else 3
    return 4 if y < 4 else 2 if y > 4 else 0


def space_invaders(s):
    """Steps aside from a bullet near above, shoots at an alien above, else goes to the nearest column with one."""
    x = cells(s[0])[0][1]
    if s[5][6:, x].any():
        return 1 if x > 0 else 3
    columns = s[1].any(axis=0).nonzero()[0].tolist()
    if not columns or x in columns:
        return 5
    return 1 if min(columns, key=lambda c: abs(c - x)) < x else 3


policies = {
    "asterix": asterix,
    "breakout": breakout,
    "freeway": freeway,
    "seaquest": seaquest,
    "space_invaders": space_invaders,
}
