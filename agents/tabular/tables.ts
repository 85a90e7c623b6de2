import { usageError } from '../../core/errors.ts'
import { fields, type StateTree } from '../../core/state.ts'
import type { Table } from '../types.ts'
import { moved } from './updates.ts'

/** Entries of all tables together: 2 GiB of values and counts. */
const maxEntries = 2 ** 27

export interface TablesOptions {
  readonly states: number
  readonly actions: number
  /** 1, or 2 for double learning. */
  readonly count: 1 | 2
  readonly initialValue: number
}

/** q(s, a) in float64, states × actions, once or twice, and how often each entry was updated. */
export interface Tables {
  readonly bytes: number
  /** q(s, ·) of one table, copied into `into` and given back. */
  row(table: number, state: number, into: Float64Array): Float64Array
  /** What the agent acts on: the mean of the tables. */
  mean(state: number, into: Float64Array): Float64Array
  value(table: number, state: number, action: number): number
  /** `stepSize` is given n(s, a), this update counted. Gives the error y − q(s, a). */
  update(table: number, state: number, action: number, target: number, stepSize: (n: number) => number): number
  /** The arrays of q: one, `q`, or two, `a` and `b`. */
  all(): Readonly<Record<string, Table>>
  state(): StateTree
  restore(state: StateTree): void
}

export function createTables({ states, actions, count, initialValue }: TablesOptions): Tables {
  if (states * actions * count > maxEntries) {
    throw usageError(
      `${count === 1 ? 'A table' : 'Two tables'} of ${states} states × ${actions} actions would not fit into memory ` +
        `(at most ${maxEntries.toLocaleString('en')} entries). dqn learns from such observations without a table.`,
    )
  }
  const make = (value: number): Float64Array[] =>
    Array.from({ length: count }, () => new Float64Array(states * actions).fill(value))
  const values = make(initialValue)
  const updates = make(0)
  const names = count === 1 ? ['q'] : ['a', 'b']

  const row = (table: number, state: number, into: Float64Array): Float64Array => {
    for (let a = 0, at = state * actions; a < actions; a++, at++) into[a] = values[table]![at]!
    return into
  }
  return {
    bytes: 2 * count * values[0]!.byteLength,
    row,
    mean(state, into) {
      row(0, state, into)
      if (count === 2)
        for (let a = 0, at = state * actions; a < actions; a++, at++) into[a] = (into[a]! + values[1]![at]!) / 2
      return into
    },
    value: (table, state, action) => values[table]![state * actions + action]!,
    update(table, state, action, target, stepSize) {
      const at = state * actions + action
      const q = values[table]![at]!
      const n = ++updates[table]![at]!
      values[table]![at] = moved(q, target, stepSize(n))
      return target - q
    },
    all: () =>
      Object.fromEntries(names.map((name, table) => [name, { shape: [states, actions], values: values[table]! }])),
    state: () =>
      Object.fromEntries(
        names.map((name, table) => [name, { values: values[table]!.slice(), updates: updates[table]!.slice() }]),
      ),
    restore(state) {
      const saved = fields(state, 'the tables')
      const read = names.map((name) => fields(saved.tree(name), `the table ${name}`))
      // All are read before the first is written.
      const arrays = read.map((table) =>
        (['values', 'updates'] as const).map((key) => table.array(key, 'float64', [states * actions])),
      )
      arrays.forEach(([q, n], table) => {
        values[table]!.set(q!)
        updates[table]!.set(n!)
      })
    },
  }
}
