import { RingsideError } from '../../core/errors.ts'
import { fields, Segment, type StateTree } from '../../core/state.ts'

/** Leaves of one saved segment. */
const segmentLength = 1 << 16

/**
 * Numbers ≥ 0 with their sum, and a search by partial sums, each in O(log n): a binary tree in one typed array, where node i
 * has the children 2i and 2i + 1, is exactly their sum, and the leaves stand at the end.
 */
export interface SumTree {
  readonly capacity: number
  readonly total: number
  get(index: number): number
  set(index: number, value: number): void
  /** The index i with values₀ + … + valuesᵢ₋₁ ≤ mass < values₀ + … + valuesᵢ; never one whose value is 0. */
  find(mass: number): number
  checkValid(): void
  state(): StateTree
  /** Reads and checks a saved state; the function it gives puts it in place. */
  load(state: StateTree): () => void
}

const leavesOf = (capacity: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, capacity)))

/** Bytes that a tree takes. */
export function sumTreeBytes(capacity: number): number {
  return 2 * leavesOf(capacity) * Float64Array.BYTES_PER_ELEMENT
}

export function createSumTree(capacity: number): SumTree {
  const leaves = leavesOf(capacity)
  const nodes = new Float64Array(2 * leaves)
  const versions = new Array<number>(Math.ceil(capacity / segmentLength)).fill(0)
  const segmentOf = (i: number): Float64Array => {
    const from = leaves + i * segmentLength
    return nodes.subarray(from, Math.min(from + segmentLength, leaves + capacity))
  }

  return {
    capacity,
    get total() {
      return nodes[1]!
    },
    get: (index) => nodes[leaves + index]!,
    set(index, value) {
      if (!(index >= 0 && index < capacity)) throw new RangeError(`sum tree: index ${index} of ${capacity}`)
      if (!(value >= 0 && value < Infinity)) throw new RangeError(`sum tree: expected a value from 0 on, got ${value}`)
      let at = leaves + index
      nodes[at] = value
      versions[Math.floor(index / segmentLength)]!++
      while (at > 1) {
        at >>= 1
        nodes[at] = nodes[2 * at]! + nodes[2 * at + 1]!
      }
    },
    find(mass) {
      if (!(nodes[1]! > 0)) throw new RangeError('sum tree: nothing to find, its sum is 0')
      let at = 1
      let rest = mass
      while (at < leaves) {
        const left = 2 * at
        // Rounding may leave a rest that is not there: an empty half is never entered.
        if ((rest < nodes[left]! && nodes[left]! > 0) || nodes[left + 1] === 0) at = left
        else {
          rest -= nodes[left]!
          at = left + 1
        }
      }
      return at - leaves
    },
    checkValid() {
      for (let at = 1; at < leaves; at++) {
        if (nodes[at] !== nodes[2 * at]! + nodes[2 * at + 1]!)
          throw new RingsideError(
            `sum tree: node ${at} is ${nodes[at]}, its children are ${nodes[2 * at]} and ${nodes[2 * at + 1]}`,
          )
      }
      for (let at = leaves; at < 2 * leaves; at++) {
        const inside = at - leaves < capacity
        if (!(nodes[at]! >= 0) || (!inside && nodes[at] !== 0))
          throw new RingsideError(`sum tree: leaf ${at - leaves} of ${capacity} is ${nodes[at]}`)
      }
    },
    state: () => ({
      capacity,
      leaves: versions.map((version, i) => new Segment(`priorities/${i}`, version, segmentOf(i))),
      versions: [...versions],
    }),
    load(state) {
      const saved = fields(state, 'the priorities')
      if (saved.number('capacity') !== capacity)
        throw new RingsideError(
          `The saved priorities are of ${saved.number('capacity')} transitions, expected ${capacity}.`,
        )
      const list = saved.list('leaves')
      const savedVersions = saved.counts('versions', versions.length)
      const loaded = versions.map((_, i) => {
        const reader = fields({ leaves: list[i] }, 'the priorities')
        const values = reader.array('leaves', 'float64', [segmentOf(i).length])
        const wrong = values.findIndex((value) => !(value >= 0 && value < Infinity))
        if (wrong >= 0) throw new RingsideError(`The saved priorities are damaged: ${values[wrong]} is among them.`)
        return values
      })
      return () => {
        for (const [i, values] of loaded.entries()) {
          segmentOf(i).set(values)
          versions[i] = savedVersions[i]!
        }
        for (let at = leaves - 1; at >= 1; at--) nodes[at] = nodes[2 * at]! + nodes[2 * at + 1]!
      }
    },
  }
}
