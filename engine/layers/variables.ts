import type { Engine, Variables } from '../types.ts'
import { tf } from '../tfjs.ts'
import type { TypedArray } from '../../core/dtype.ts'
import { nearestName, RingsideError } from '../../core/errors.ts'
import { fields, type StateTree } from '../../core/state.ts'
import type { Parameters, Weights } from './types.ts'

/** Variables of the parameters, by path below the network: `torso/0/kernel`. */
export function createVariables(parameters: Parameters, trainable = true): Variables {
  return Object.fromEntries(
    Object.entries(parameters).map(([path, { shape, values, trainable: moves = true }]) => [
      path,
      tf.tidy(() => tf.variable(tf.tensor(values.slice(), [...shape], 'float32'), trainable && moves)),
    ]),
  )
}

/** The same variables under a name: `online/torso/0/kernel`. */
export function underName(name: string, variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).map(([path, variable]) => [`${name}/${path}`, variable]))
}

/** target ← target + τ (online − target), inside a compiled function. τ = 1 copies. */
export function moveTowards(target: Variables, online: Weights, tau: number): void {
  for (const [path, variable] of Object.entries(target)) {
    const to = online[path]!
    variable.assign(tau === 1 ? tf.mul(to, 1) : tf.add(variable, tf.mul(tau, tf.sub(to, variable))))
  }
}

/** Values by path, copied. Refuses numbers that are none, so that no checkpoint ever holds a network that diverged. */
export function saveVariables(engine: Engine, variables: Variables): StateTree {
  const saved: Record<string, TypedArray> = {}
  for (const [path, variable] of Object.entries(variables)) {
    const values = engine.read(variable)
    if (!allFinite(values))
      throw new RingsideError(`Learning diverged: "${path}" holds NaN, infinity or numbers near it, and is not saved.`)
    saved[path] = values
  }
  return saved
}

/** Squares of what is larger overflow: the next update would be infinite. */
const largest = 1e18

/** The path of the first variable with a NaN or an infinity in it, or a number that makes one. */
export function notFinite(engine: Engine, variables: Variables): string | undefined {
  return Object.keys(variables).find((path) => !allFinite(engine.read(variables[path]!)))
}

// A plain loop: millions of weights at every checkpoint.
function allFinite(values: TypedArray): boolean {
  for (let i = 0; i < values.length; i++) if (!(Math.abs(values[i]!) < largest)) return false
  return true
}

/** Checks all names and sizes before it writes the first value. */
export function restoreVariables(engine: Engine, variables: Variables, state: StateTree, owner: string): void {
  const saved = fields(state, owner)
  const unknown = saved.keys().find((path) => variables[path] === undefined)
  if (unknown !== undefined) {
    const near = nearestName(unknown, Object.keys(variables))
    throw new RingsideError(
      `The saved state of ${owner} holds "${unknown}", which this agent has not${near === undefined ? '' : ` (it has "${near}")`}: ` +
        'its network or optimizer has other settings.',
    )
  }
  const values: [tf.Variable, TypedArray][] = Object.entries(variables).map(([path, variable]) => [
    variable,
    saved.array(path, variable.dtype === 'int32' ? 'int32' : 'float32', variable.shape),
  ])
  for (const [variable, array] of values) engine.write(variable, array)
}
