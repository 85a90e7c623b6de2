import type { Rng } from '../../core/rng.ts'
import type { Scene } from '../../core/scene.ts'
import type { Space } from '../spaces/index.ts'
import type { Moments } from './moments.ts'
import type { Env, EnvSnapshot, EnvSpec, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'

/** Passes everything on to the environment inside; a wrapper overrides what it changes. */
export abstract class Wrapper implements Env {
  readonly env: Env
  observationSpace: Space
  actionSpace: Space

  constructor(env: Env) {
    this.env = env
    this.observationSpace = env.observationSpace
    this.actionSpace = env.actionSpace
  }

  get spec(): EnvSpec | undefined {
    return this.env.spec
  }
  get rng(): Rng {
    return this.env.rng
  }
  get unwrapped(): Env {
    return this.env.unwrapped
  }
  reset(options?: ResetOptions): ResetResult {
    return this.env.reset(options)
  }
  step(action: SpaceValue): StepResult {
    return this.env.step(action)
  }
  /** Running numbers that acting depends on; only wrappers that learn them have any. */
  statistics?(): Moments
  render(): Scene {
    return this.env.render()
  }
  close(): void {
    this.env.close()
  }
  /** Its own part beside that of what it wraps. */
  snapshot(): EnvSnapshot {
    return { env: this.env.snapshot() }
  }
  restore(snapshot: EnvSnapshot): void {
    this.env.restore(snapshot['env'] as EnvSnapshot)
  }
  toString(): string {
    const inner = String(this.env)
    return `<${this.constructor.name}${inner.startsWith('<') ? inner : `<${inner}>`}>`
  }
}
