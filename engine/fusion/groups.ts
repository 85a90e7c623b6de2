/** Items that share a key, and those that share one with those, are of one group. Groups and their items stay in order. */
export function groupsSharing<T>(items: readonly T[], keysOf: (item: T) => Iterable<unknown>): T[][] {
  const parent = items.map((_, i) => i)
  const find = (i: number): number => (parent[i] === i ? i : (parent[i] = find(parent[i]!)))
  const firstWith = new Map<unknown, number>()
  items.forEach((item, i) => {
    for (const key of keysOf(item)) {
      const other = firstWith.get(key)
      if (other === undefined) firstWith.set(key, i)
      else parent[find(i)] = find(other)
    }
  })
  const groups = new Map<number, T[]>()
  items.forEach((item, i) => {
    const group = groups.get(find(i))
    if (group === undefined) groups.set(find(i), [item])
    else group.push(item)
  })
  return [...groups.values()]
}
