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
  const read: RngState = {
    key: saved.list('key').map(Number),
    words: saved.list('words').map(Number),
    spare: typeof spare === 'number' ? spare : null,
  }
  rng.restore(read)
}
