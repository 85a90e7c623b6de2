import type { WrapperSpec } from '../types.ts'

/** Where each wrapper that takes an action several times says how often, and what it takes without a word. */
const repeats: Readonly<Record<string, { readonly option: string; readonly otherwise: number }>> = {
  AtariPreprocessing: { option: 'skip', otherwise: 4 },
  MaxAndSkip: { option: 'skip', otherwise: 4 },
  RepeatAction: { option: 'times', otherwise: 1 },
}

/** Steps of the environment within one step of it in these wrappers: 4 under φ, as papers count frames. */
export function framesPerStep(wrappers: readonly WrapperSpec[] = []): number {
  return wrappers.reduce((frames, { name, kwargs }) => {
    const known = repeats[name]
    if (known === undefined) return frames
    const given = kwargs?.[known.option]
    return frames * (typeof given === 'number' ? given : known.otherwise)
  }, 1)
}
