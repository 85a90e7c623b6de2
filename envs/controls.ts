import type { Space, Tuple } from './spaces/index.ts'
import { isBox, isDiscrete } from './spaces/index.ts'

/** An action as people give it: a Discrete's number, or a Box's numbers. */
export type ControlAction = number | readonly number[]

/** What people call and press in an environment. It decides no number, so it stands beside the spec and not in it. */
export interface EnvControls {
  /** Names of a Discrete's actions, in order. */
  readonly actions?: readonly string[]
  /** Actions by the browser's names of keys (`ArrowLeft`, `a`; the space bar is ` `). */
  readonly keys?: Readonly<Record<string, ControlAction>>
  /** What is done while no key is held. Without it time stands still until one is. */
  readonly idle?: ControlAction
  /** Names of a vector observation's elements, or of an image's planes, in order. */
  readonly observation?: readonly string[]
}

/**
 * Controls that fit these spaces: names of another length are left out (wrappers may have changed what they name), and keys
 * whose action is none. Where no key is left, the digits choose among the first ten of a Discrete's actions.
 */
export function fittingControls(controls: EnvControls, action: Space, observation?: Space): EnvControls {
  const { actions, keys = {}, idle, observation: names } = controls
  const count = isDiscrete(action) ? action.n : undefined
  const first = isDiscrete(action) ? action.start : 0
  const possible = (given: ControlAction): boolean =>
    typeof given === 'number'
      ? count !== undefined && Number.isInteger(given) && given >= first && given < first + count
      : isBox(action) && given.length === action.low.length
  const fitting = Object.entries(keys).filter(([, given]) => possible(given))
  const digits = Array.from({ length: Math.min(count ?? 0, 10) }, (_, i) => [String(i), first + i] as const)
  return {
    ...(actions !== undefined && actions.length === count && { actions }),
    keys: Object.fromEntries(fitting.length > 0 ? fitting : digits),
    ...(idle !== undefined && possible(idle) && { idle }),
    ...(names !== undefined && namesFit(names, observation) && { observation: names }),
  }
}

/** One name an element of a vector or tuple, or a plane of an image. */
function namesFit(names: readonly string[], space: Space | undefined): boolean {
  const parts = space?.kind === 'tuple' ? (space as Tuple).spaces.length : space?.shape?.[0]
  return space === undefined || names.length === parts
}
