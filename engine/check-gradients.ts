import type { TypedArray } from '../core/dtype.ts'
import type { Rng } from '../core/rng.ts'
import { underName } from './layers/variables.ts'
import { gradientsOf } from './optimizers/optimizer.ts'
import type { tf } from './tfjs.ts'
import type { CompiledInputs, Engine, TensorSpec, Variables } from './types.ts'

export interface GradientCheck {
  readonly engine: Engine
  /** A scalar, of the variables and the inputs. */
  loss(inputs: Record<string, tf.Tensor>): tf.Tensor
  /** Those that are checked; their values are put back. */
  readonly variables: Variables
  /** Others that the loss reads. */
  readonly constants?: Variables
  readonly inputs?: CompiledInputs
  readonly specs?: Readonly<Record<string, TensorSpec>>
  /** Elements of each variable that are moved: those of the largest gradients, and as many drawn ones. Default 4 and 4. */
  readonly elements?: number
  readonly rng: Rng
  /** Relative error that counts as equal; default 0.02. */
  readonly tolerance?: number
}

/** What was found of one variable. */
export interface GradientFinding {
  readonly path: string
  readonly shape: readonly number[]
  readonly checked: number
  /** Elements at a kink (a rectifier's, a maximum's), where a gradient has no meaning; they are not counted as wrong. */
  readonly kinks: number
  /**
   * |analytic − numeric| over the larger of the two: of the element that is furthest off beyond what rounding leaves unsure, or
   * where none is, of that with the largest gradient.
   */
  readonly relativeError: number
  readonly element: number
  readonly analytic: number
  readonly numeric: number
  readonly passed: boolean
}

/** Of the loss in float32: half a unit in the last place, and what its own sum adds to that. */
const roundingOfLoss = 4e-7

/**
 * Compares gradients with central differences (l(w + h) − l(w − h)) / 2h. h is chosen for float32: large enough that rounding
 * stays small, small enough that the third derivative does; an element whose slope leaps between h and h/2, or differs to both
 * sides however near, lies at a kink, and is left out.
 */
export function checkGradients(check: GradientCheck): GradientFinding[] {
  const { engine, variables, constants = {}, inputs = {}, specs, rng, elements = 4, tolerance = 0.02 } = check
  const options = {
    state: { ...underName('variables', variables), ...underName('constants', constants) },
    ...(specs !== undefined && { inputs: specs }),
  }
  const paths = Object.keys(variables)
  // Results are named by number: paths may hold what names may not.
  const gradient = engine.compile(
    (tensors) => {
      const { gradients } = gradientsOf(() => check.loss(tensors), variables)
      return Object.fromEntries(paths.map((path, i) => [`gradient${i}`, gradients[path]!]))
    },
    { ...options, name: 'gradient check' },
  )
  const value = engine.compile((tensors) => ({ loss: check.loss(tensors) }), {
    ...options,
    name: 'gradient check, loss',
  })
  const loss = (): number => value(inputs)['loss']![0]!
  try {
    const out = gradient(inputs)
    const analytic = paths.map((_, i) => Float64Array.from(out[`gradient${i}`]!))
    return paths.map((path, i) => {
      const variable = variables[path]!
      const own = engine.read(variable)
      const chosen = chooseElements(analytic[i]!, elements, rng)
      const found = chosen.map((element) => ({
        element,
        ...compare(analytic[i]![element]!, own[element]!, (w) => {
          const moved = own.slice() as TypedArray
          moved[element] = w
          engine.write(variable, moved)
          // What float32 made of w.
          return [moved[element], loss()]
        }),
      }))
      engine.write(variable, own)
      const smooth = found.filter((one) => !one.kink)
      const worst = smooth.reduce((a, b) => (b.beyondRounding > a.beyondRounding ? b : a), smooth[0] ?? found[0]!)
      const passed = smooth.every((one) => one.beyondRounding <= tolerance)
      const { element, relativeError, numeric } = worst
      const counted = { checked: smooth.length, kinks: found.length - smooth.length }
      return {
        path,
        shape: variable.shape,
        ...counted,
        element,
        relativeError,
        numeric,
        analytic: worst.analytic,
        passed,
      }
    })
  } finally {
    gradient.dispose()
    value.dispose()
  }
}

function compare(analytic: number, w: number, at: (w: number) => readonly [w: number, loss: number]) {
  const h = 0.02 * Math.max(0.1, Math.abs(w))
  const [, here] = at(w)
  /** The slope, how far the slopes to both sides lie apart, and what rounding makes of either. */
  const differences = (step: number) => {
    const [above, left] = at(w + step)
    const [below, right] = at(w - step)
    const gap = (left - here) / (above - w) - (here - right) / (w - below)
    const noise = (roundingOfLoss * Math.max(Math.abs(left), Math.abs(right))) / step
    return { slope: (left - right) / (above - below), gap: Math.abs(gap), noise }
  }
  const [wide, narrow] = [differences(h), differences(h / 2)]
  // Richardson: the error of h² cancels.
  const numeric = (4 * narrow.slope - wide.slope) / 3
  const unsure = 4 * (wide.noise + narrow.noise)
  const scale = Math.max(Math.abs(analytic), Math.abs(numeric))
  // Between h/2 and h the slope leaps; within h/2 the sides stay apart, where a curve's come together.
  const leaps = Math.abs(wide.slope - narrow.slope) > 0.01 * scale + unsure
  const staysApart = narrow.gap > 0.01 * scale + unsure && narrow.gap > 0.75 * wide.gap
  const error = Math.abs(analytic - numeric)
  const relative = (part: number): number => (scale > 0 ? part / scale : 0)
  return {
    ...{ analytic, numeric, kink: leaps || staysApart, relativeError: relative(error) },
    // What rounding explains is no error.
    beyondRounding: relative(Math.max(0, error - unsure)),
  }
}

function chooseElements(gradient: Float64Array, count: number, rng: Rng): number[] {
  const order = [...gradient.keys()].sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!))
  const chosen = new Set(order.slice(0, count))
  for (let i = 0; i < count; i++) chosen.add(rng.int(gradient.length))
  return [...chosen]
}
