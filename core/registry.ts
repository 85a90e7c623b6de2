import { unknownName, usageError } from './errors.ts'

/** Named things of one kind (environments, agents, presets): the same look-up, listing and typo help for all. */
export interface Registry<T> {
  register(name: string, entry: T): void
  /** Throws a usage error that names the nearest known name. */
  get(name: string): T
  find(name: string): T | undefined
  names(): string[]
}

export function createRegistry<T>(kind: string): Registry<T> {
  const entries = new Map<string, T>()
  return {
    register(name, entry) {
      if (entries.has(name)) throw usageError(`The ${kind} "${name}" is registered already; choose another name.`)
      entries.set(name, entry)
    },
    get(name) {
      const entry = entries.get(name)
      if (entry === undefined) throw unknownName(kind, name, [...entries.keys()].sort())
      return entry
    },
    find: (name) => entries.get(name),
    names: () => [...entries.keys()].sort(),
  }
}
