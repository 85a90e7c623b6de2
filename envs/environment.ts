import { createRng, entropySeed, type Rng } from '../core/rng.ts'
import { usageError } from '../core/errors.ts'
import { withKnownOptions } from '../core/known-options.ts'
import { restoreRng, saveRng } from '../core/rng-state.ts'
import type { Scene } from '../core/scene.ts'
import type { Space } from './spaces/index.ts'
import type { Env, EnvSnapshot, EnvSpec, ResetOptions, ResetResult, SpaceValue, StepResult } from './types.ts'

/** What every environment of ours has in common: its random numbers, its spec, and a snapshot of both state and numbers. */
export abstract class Environment<Observation extends SpaceValue, Action extends SpaceValue> implements Env<
  Observation,
  Action
> {
  abstract readonly observationSpace: Space<Observation>
  abstract readonly actionSpace: Space<Action>
  readonly rng: Rng = createRng(entropySeed(), 'env')
  spec: EnvSpec | undefined = undefined

  get unwrapped(): Env {
    return this as unknown as Env
  }

  reset({ seed, options }: ResetOptions = {}): ResetResult<Observation> {
    if (seed !== undefined && !Number.isSafeInteger(seed))
      throw usageError(`${this}: reset expects a whole number as seed, got ${JSON.stringify(seed)}.`)
    if (seed !== undefined) this.rng.restore(createRng(seed, 'env').state())
    if (options === undefined) return this.begin({})
    if (typeof options !== 'object' || options === null)
      throw usageError(`${this}: reset expects options to be an object, got ${JSON.stringify(options)}.`)
    return withKnownOptions(`${this}, at its reset,`, options, (known) => this.begin(known))
  }

  /** Starts an episode, drawing from `rng`. */
  protected abstract begin(options: Readonly<Record<string, unknown>>): ResetResult<Observation>
  abstract step(action: Action): StepResult<Observation>
  abstract render(): Scene
  /** Everything but the random numbers. */
  protected abstract saveState(): EnvSnapshot
  protected abstract restoreState(state: EnvSnapshot): void

  close(): void {}

  snapshot(): EnvSnapshot {
    return { ...this.saveState(), rng: saveRng(this.rng) }
  }

  restore(snapshot: EnvSnapshot): void {
    restoreRng(this.rng, snapshot['rng'], `the random numbers of ${this}`)
    this.restoreState(snapshot)
  }

  toString(): string {
    return this.spec?.id ?? this.constructor.name
  }
}

/** The reset bounds that Gymnasium's classic control takes as options `low` and `high`. */
export function resetBounds(options: Readonly<Record<string, unknown>>, low: number, high: number): [number, number] {
  const bounds = [options['low'] ?? low, options['high'] ?? high]
  if (!bounds.every((x) => typeof x === 'number') || !(bounds[0]! <= bounds[1]!)) {
    throw new RangeError(`reset options expect numbers low ≤ high, got ${String(bounds[0])} and ${String(bounds[1])}`)
  }
  return bounds as [number, number]
}
