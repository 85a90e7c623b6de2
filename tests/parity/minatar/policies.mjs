// The scripted policies of policies.py, on channels first observations (bytes, c × 10 × 10).
// Actions are those of the six-action set: 0 none, 1 left, 2 up, 3 right, 4 down, 5 fire.

const size = 10
const cells = size * size

/** Column and row of the first set cell of a plane. */
function first(s, channel) {
  const index = s.indexOf(1, channel * cells) - channel * cells
  return { x: index % size, y: Math.floor(index / size) }
}

/** [x, y] of the set cells of a plane, row by row. */
function all(s, channel) {
  const found = []
  for (let i = 0; i < cells; i++) if (s[channel * cells + i] === 1) found.push([i % size, Math.floor(i / size)])
  return found
}

/** The first one of least cost, or undefined. */
function least(items, cost) {
  let best
  for (const item of items) if (best === undefined || cost(item) < cost(best)) best = item
  return best
}

/** Whether a plane has a set cell in a row, from one column to another. */
function any(s, channel, y, from, to) {
  for (let x = Math.max(from, 0); x <= Math.min(to, size - 1); x++)
    if (s[channel * cells + y * size + x] === 1) return true
  return false
}

export const policies = {
  Asterix(s) {
    const { x, y } = first(s, 0)
    const danger = (row) => any(s, 1, row, x - 2, x + 2)
    if (danger(y)) {
      if (y > 1 && !danger(y - 1)) return 2
      return y < 8 && !danger(y + 1) ? 4 : 0
    }
    const columns = all(s, 3).flatMap(([gx, gy]) => (gy === y ? [gx] : []))
    const nearest = least(columns, (gx) => Math.abs(gx - x))
    if (nearest === undefined || nearest === x) return 0
    return nearest < x ? 1 : 3
  },

  Breakout(s) {
    const paddle = first(s, 0).x
    const ball = first(s, 1).x
    return ball < paddle ? 1 : ball > paddle ? 3 : 0
  },

  Freeway(s) {
    const { x, y } = first(s, 0)
    return y > 0 && any(s, 1, y - 1, x - 1, x + 1) ? 0 : 2
  },

  Seaquest(s) {
    const { x, y } = first(s, 0)
    const back = first(s, 1).x
    const oxygen = all(s, 7).length
    const divers = all(s, 8).length
    if ((oxygen <= 3 && divers > 0) || divers === 6) return 2
    const enemies = []
    for (let ex = 0; ex < size; ex++) if (any(s, 5, y, ex, ex) || any(s, 6, y, ex, ex)) enemies.push(ex)
    const nearest = least(enemies, (ex) => Math.abs(ex - x))
    if (nearest !== undefined) {
      if (nearest < x) return x < back ? 5 : 1
      return x > back ? 5 : 3
    }
    if (y === 0) return 4
    const diver = least(all(s, 9), ([dx, dy]) => Math.abs(dy - y) + Math.abs(dx - x))
    if (diver !== undefined) {
      const [dx, dy] = diver
      if (dy !== y) return dy < y ? 2 : 4
      return dx < x ? 1 : 3
    }
    return y < 4 ? 4 : y > 4 ? 2 : 0
  },

  SpaceInvaders(s) {
    const { x } = first(s, 0)
    for (let y = 6; y < size; y++) if (any(s, 5, y, x, x)) return x > 0 ? 1 : 3
    const columns = [...new Set(all(s, 1).map(([ax]) => ax))].sort((a, b) => a - b)
    if (columns.length === 0 || columns.includes(x)) return 5
    return least(columns, (column) => Math.abs(column - x)) < x ? 1 : 3
  },
}
