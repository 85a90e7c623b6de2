import { dtypeOf, isTypedArray, sizeOf, type TypedArray } from '../core/dtype.ts'
import { nearestName, RingsideError } from '../core/errors.ts'
import { asOutOfMemory } from '../core/memory.ts'
import type { Program, ProgramMaker } from './backends/program.ts'
import type { ConcreteSpec } from './trace/trace.ts'
import { tf } from './tfjs.ts'
import type {
  CompiledInput,
  CompiledInputs,
  Compiled,
  CompileOptions,
  ShapedArray,
  TensorDType,
  TensorFunction,
  TensorSpec,
} from './types.ts'

/** The part of `compile` that all backends share: names, shapes and dtypes of inputs, and one program for each shape. */
export function createCompiled(fn: TensorFunction, options: CompileOptions, makeProgram: ProgramMaker): Compiled {
  if (typeof fn !== 'function') throw new RingsideError(`compile expects a function of tensors, got ${typeof fn}`)
  const stray = Object.entries(options.state ?? {}).find(([, variable]) => !(variable instanceof tf.Variable))
  if (stray !== undefined)
    throw new RingsideError(`compile expects variables as state, and "${stray[0]}" is none; make it one by tf.variable`)
  const name = options.name ?? (fn.name || 'compiled function')
  const programs = new Map<string, Program>()
  const adopted = new Set<tf.Variable>()
  let specs: Readonly<Record<string, TensorSpec>> | undefined = options.inputs && checkSpecs(name, options.inputs)
  let names = Object.keys(specs ?? {})
  let last: { lengths: number[]; types: Function[]; program: Program } | undefined
  let arrays: TypedArray[] = []
  let disposed = false

  const guarded = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw asOutOfMemory(error, `"${name}"`) ?? error
    }
  }
  const compiled = (inputs: CompiledInputs = {}): Record<string, TypedArray> => {
    if (disposed) throw new RingsideError(`"${name}" was disposed`)
    if (specs === undefined) {
      specs = Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, inferSpec(name, key, value)]))
      names = Object.keys(specs)
    }
    let same = last !== undefined
    for (let i = 0; i < names.length; i++) {
      const value = inputs[names[i]!]
      const isBare = isTypedArray(value)
      const array = isBare ? value : arrayOf(name, names[i]!, value, specs, inputs)
      arrays[i] = array
      if (!same) continue
      const hasShape = !isBare && typeof value === 'object'
      if (hasShape || last!.lengths[i] !== array.length || last!.types[i] !== array.constructor) same = false
    }
    let given = 0
    for (const _ in inputs) given++
    if (given !== names.length) same = false
    if (!same) {
      checkNames(name, names, inputs)
      const concrete = names.map((key, i) =>
        concreteSpec(name, key, specs![key]!, arrays[i]!, inputs[key]!, options.inputs !== undefined),
      )
      const shapes = JSON.stringify(concrete.map((spec) => spec.shape))
      let program = programs.get(shapes)
      if (program === undefined) {
        program = guarded(() => makeProgram({ fn, name, specs: concrete, state: options.state ?? {}, adopted }))
        programs.set(shapes, program)
      }
      // Data of one length can come in several shapes, where shapes travel with the data: no short cut then.
      const fixed = names.every((key) => isTypedArray(inputs[key]) || typeof inputs[key] === 'number')
      last = fixed
        ? { lengths: arrays.map((a) => a.length), types: arrays.map((a) => a.constructor), program }
        : undefined
      return guarded(() => program.run(arrays))
    }
    const { program } = last!
    return guarded(() => program.run(arrays))
  }
  return Object.assign(compiled, {
    dispose() {
      disposed = true
      for (const program of programs.values()) program.dispose()
      programs.clear()
      last = undefined
      arrays = []
    },
  })
}

const arrayTypes: Readonly<Record<TensorDType, Function>> = {
  float32: Float32Array,
  int32: Int32Array,
  uint8: Uint8Array,
  bool: Uint8Array,
}

function checkSpecs(name: string, specs: Readonly<Record<string, TensorSpec>>): Readonly<Record<string, TensorSpec>> {
  for (const [key, { shape, dtype }] of Object.entries(specs)) {
    if (arrayTypes[dtype] === undefined) {
      throw new RingsideError(
        `"${name}": the input "${key}" has dtype ${String(dtype)}; expected one of ${Object.keys(arrayTypes).join(', ')}`,
      )
    }
    if (shape.filter((size) => size === null).length > 1) {
      throw new RingsideError(
        `"${name}": the input "${key}" has shape ${JSON.stringify(shape)}; at most one dimension may be null`,
      )
    }
  }
  return specs
}

function inferSpec(name: string, key: string, value: unknown): TensorSpec {
  if (typeof value === 'number') return { shape: [], dtype: 'float32' }
  const array = isTypedArray(value) ? value : (value as Partial<ShapedArray> | null | undefined)?.data
  const dtype = isTypedArray(array) ? dtypeOf(array) : undefined
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'uint8') throw notAnInput(name, key, value)
  if (isTypedArray(value)) return { shape: [null], dtype }
  // Shapes that travel with the data may change from call to call; a bare array is a vector of any length.
  const { shape } = value as Partial<ShapedArray>
  if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size >= 0))
    throw new RingsideError(
      `"${name}": the input "${key}" has the shape ${JSON.stringify(shape)}; expected whole numbers from 0 on`,
    )
  return { shape: shape as number[], dtype }
}

function notAnInput(name: string, key: string, value: unknown): RingsideError {
  const came =
    typeof value === 'object' && value !== null
      ? `an object of ${value.constructor?.name ?? 'no class'}`
      : String(value)
  const hint = value instanceof tf.Tensor ? ' Read a tensor by dataSync() and give its shape.' : ''
  return new RingsideError(
    `"${name}": the input "${key}" is ${came}; expected a Float32Array, Int32Array or Uint8Array, { data, shape } of one, ` +
      `or a number.${hint}`,
  )
}

/** A number or a shaped array as a typed array; everything that is wrong with the inputs' names is told here. */
function arrayOf(
  name: string,
  key: string,
  value: CompiledInput | undefined,
  specs: Readonly<Record<string, TensorSpec>>,
  inputs: CompiledInputs,
): TypedArray {
  if (value === undefined) {
    checkNames(name, Object.keys(specs), inputs)
    throw new RingsideError(`"${name}" needs the input "${key}"`)
  }
  if (typeof value === 'number') return specs[key]!.dtype === 'int32' ? Int32Array.of(value) : Float32Array.of(value)
  if (isTypedArray(value)) return value
  if (isTypedArray(value?.data)) return value.data
  throw notAnInput(name, key, value)
}

function checkNames(name: string, expected: readonly string[], inputs: CompiledInputs): void {
  for (const key of Object.keys(inputs)) {
    if (expected.includes(key)) continue
    const near = nearestName(key, expected)
    throw new RingsideError(
      `"${name}" has no input "${key}".${near === undefined ? '' : ` Did you mean "${near}"?`} It takes: ${expected.join(', ') || '(none)'}.`,
    )
  }
  const missing = expected.find((key) => inputs[key] === undefined)
  if (missing !== undefined) throw new RingsideError(`"${name}" needs the input "${missing}"`)
}

function concreteSpec(
  name: string,
  key: string,
  spec: TensorSpec,
  array: TypedArray,
  given: CompiledInput,
  declaredShape: boolean,
): ConcreteSpec {
  const { dtype } = spec
  if (!(array instanceof arrayTypes[dtype])) {
    throw new RingsideError(`"${name}": the input "${key}" is declared ${dtype}, got ${array.constructor.name}`)
  }
  const declared = typeof given === 'object' && !isTypedArray(given) ? given.shape : spec.shape
  const isDeclared = declaredShape && declared !== spec.shape
  if (isDeclared && !fits(declared, spec.shape)) {
    throw new RingsideError(
      `"${name}": the input "${key}" has the shape ${JSON.stringify(declared)}, declared is ${JSON.stringify(spec.shape)}`,
    )
  }
  const known = declared.reduce<number>((product, size) => product * (size ?? 1), 1)
  const shape = declared.map((size) => size ?? array.length / known)
  if (sizeOf(shape) !== array.length || !shape.every(Number.isInteger)) {
    throw new RingsideError(
      `"${name}": the input "${key}" has ${array.length} elements, expected the shape ${JSON.stringify(declared)}`,
    )
  }
  return { name: key, shape, dtype }
}

function fits(shape: readonly (number | null)[], declared: readonly (number | null)[]): boolean {
  return shape.length === declared.length && declared.every((size, i) => size === null || size === shape[i])
}
