import { cpuBackend, internals, tf, withBackend } from '../tfjs.ts'
import { allocate, dtypeOf, type DType, type TypedArray } from '../../core/dtype.ts'
import { RingsideError } from '../../core/errors.ts'
import { trace } from '../trace/trace.ts'
import type { Program, ProgramRequest } from './program.ts'

/** Programs of the eager backends: `fn` itself, in a tidy, on a tfjs backend. */
export function makeEagerProgram(backendName: string, { fn, name, specs, state, adopted }: ProgramRequest): Program {
  refuseWhatCannotBeCompiled({ fn, name, specs, state, adopted })
  const results: Record<string, TypedArray> = {}
  return {
    run(inputs) {
      withBackend(backendName, () =>
        internals().tidy(() => {
          const tensors: Record<string, tf.Tensor> = {}
          specs.forEach((spec, i) => {
            const dtype = spec.dtype === 'uint8' ? 'int32' : spec.dtype
            // A copy: the cpu backend would hold on to the caller's array.
            const values = spec.dtype === 'uint8' ? Int32Array.from(inputs[i]!) : inputs[i]!.slice()
            tensors[spec.name] = tf.tensor(values as Float32Array, [...spec.shape], dtype)
          })
          for (const [key, tensor] of Object.entries(fn(tensors))) {
            const values = tensor.dataSync() as TypedArray
            const kept = results[key]
            if (kept?.length === values.length && kept.constructor === values.constructor) kept.set(values)
            else {
              results[key] = allocate(dtypeOf(values), values.length)
              results[key].set(values)
            }
          }
          return []
        }),
      )
      return results
    },
    dispose() {},
  }
}

/**
 * What the compiled engine refuses (undeclared variables, values read while tracing, random numbers) is refused here too,
 * so that a function which works on one backend works on all. A kernel without a lowering is no obstacle here.
 */
function refuseWhatCannotBeCompiled({ fn, name, specs, state, adopted }: ProgramRequest): void {
  try {
    trace(fn, name, specs, state, adopted)
  } catch (error) {
    if (error instanceof RingsideError && error.message.includes('has no lowering')) return
    throw error
  }
}

/** A copy of a variable's values, wherever they live. */
export function readVariable(variable: tf.Variable): TypedArray {
  return (variable.dataSync() as TypedArray).slice()
}

/** Overwrites a variable's values. */
export function writeVariable(variable: tf.Variable, values: TypedArray): void {
  const expected = variable.size
  if (values.length !== expected) {
    throw new RingsideError(
      `The variable "${variable.name}" holds ${expected} values of shape [${variable.shape}], got ${values.length}.`,
    )
  }
  const copy = allocate(variable.dtype as DType, expected)
  copy.set(values)
  const tensor = internals().makeTensor(copy, variable.shape, variable.dtype, cpuBackend())
  variable.assign(tensor)
  tensor.dispose()
}
