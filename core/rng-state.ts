import { RingsideError } from './errors.ts'
import type { Rng, RngState } from './rng.ts'
import { fields, type StateTree, type StateValue } from './state.ts'

/** A generator's state as a part of a saved tree. */
export function saveRng(rng: Rng): StateTree {
  const { key, words, spare } = rng.state()
  return { key, words, spare }
}

/** The inverse of `saveRng`; `owner` names the generator in errors. */
export function restoreRng(rng: Rng, state: StateValue | undefined, owner: string): void {
  const saved = fields(state, owner)
  const spare = saved.get('spare')
  const own = rng.state()
  const words = (key: 'key' | 'words'): number[] => {
    const list = saved.list(key)
    if (list.length === own[key].length && list.every(Number.isInteger)) return list as number[]
    throw new RingsideError(
      `The saved state of ${owner} does not fit: expected ${key} to be ${own[key].length} whole numbers, got ${JSON.stringify(list)}.`,
    )
  }
  const read: RngState = {
    key: words('key'),
    words: words('words'),
    spare: typeof spare === 'number' ? spare : null,
  }
  rng.restore(read)
}
