import { cpuBackend, internals, tf } from '../tfjs.ts'
import { allocate, type DType, type TypedArray } from '../../core/dtype.ts'
import { messageOf, RingsideError } from '../../core/errors.ts'
import type { GraphModel, GraphPort } from '../onnx/model.ts'
import { castTarget } from '../lowering/registry.ts'
import { sizeOf, type Value } from '../graph/value.ts'
import type { TensorDType, TensorFunction, Variables } from '../types.ts'
import { traceBackend, traceBackendName, type TraceBackend } from './trace-backend.ts'
import { atUserLine, userLine } from './user-line.ts'

/** One input with every dimension known. */
export interface ConcreteSpec {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: TensorDType
}

/** A variable that the graph reads (`input`), rewrites (`output`) or both. */
export interface StateSlot {
  readonly variable: tf.Variable
  readonly input: string | undefined
  readonly output: string | undefined
}

export interface Trace {
  readonly model: GraphModel
  readonly slots: readonly StateSlot[]
  /** Ports of the function's results, by the names that it gave them. */
  readonly results: Readonly<Record<string, GraphPort>>
  /** Graph names of the inputs that are read, by the function's own names. */
  readonly inputs: Readonly<Record<string, string>>
}

/**
 * Runs `fn` once on the tracing backend and returns what it did as an ONNX graph. tfjs is left as it was: its current
 * backend, every variable's data, its counts of tensors and bytes. `adopted` collects variables that `fn` makes (the
 * slots of a tf.train optimizer); they belong to its state from then on.
 */
export function trace(
  fn: TensorFunction,
  name: string,
  specs: readonly ConcreteSpec[],
  state: Variables,
  adopted: Set<tf.Variable>,
): Trace {
  const backend = traceBackend()
  backend.begin(name)
  const declared = new Set([...Object.values(state), ...adopted])
  const watch = watchVariables(backend, declared)
  // The user's line lies under many frames of tfjs.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 100
  try {
    const { results, inputs } = watch.run(() => runSymbolically(backend, fn, specs))
    const assigned = watch.assigned()
    // An assigned value can be another variable's, which makes that one an input: resolve all before listing the inputs.
    const assignedValues = new Map([...assigned].map((variable) => [variable, backend.resolve(variable)]))
    const resultPorts = Object.entries(results).map(([resultName, value], i) => ({
      resultName,
      name: `result${i}`,
      value,
    }))
    const outputs = [
      ...resultPorts.map(({ name: port, value }) => ({ name: port, value })),
      ...[...assignedValues.values()].map((value, i) => ({ name: `next${i}`, value })),
    ]
    const model = backend.graph.finish(outputs)
    const read = new Set(model.inputs.map((port) => port.name))
    const ports = new Map(model.outputs.map((port) => [port.name, port]))
    const touched = new Set([...backend.stateInputs.keys(), ...assigned])
    const nextNames = new Map([...assigned].map((variable, i) => [variable, `next${i}`]))
    const slots = [...touched]
      .map((variable): StateSlot => {
        const from = backend.stateInputs.get(variable)?.name
        return {
          variable,
          input: from !== undefined && read.has(from) ? from : undefined,
          output: nextNames.get(variable),
        }
      })
      .filter((slot) => slot.input !== undefined || slot.output !== undefined)
    return {
      model,
      slots,
      results: Object.fromEntries(resultPorts.map(({ resultName, name: port }) => [resultName, ports.get(port)!])),
      inputs: Object.fromEntries(Object.entries(inputs).filter(([, port]) => read.has(port))),
    }
  } catch (error) {
    throw translate(error, name)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
    for (const variable of watch.restore()) adopted.add(variable)
    backend.end()
  }
}

function runSymbolically(
  backend: TraceBackend,
  fn: TensorFunction,
  specs: readonly ConcreteSpec[],
): { results: Record<string, Value>; inputs: Record<string, string> } {
  const engine = internals()
  const inputs: Record<string, string> = {}
  const results: Record<string, Value> = {}
  engine.tidy(() => {
    const tensors: Record<string, tf.Tensor> = {}
    specs.forEach((spec, i) => {
      const port = `input${i}`
      inputs[spec.name] = port
      let value = backend.graph.input(port, spec.dtype, spec.shape)
      if (spec.dtype === 'uint8') {
        // tfjs has no uint8: the function sees int32, and a cast to float goes straight from the bytes.
        value = { ...backend.graph.elementwise('Cast', [value], 'int32', { to: castTarget.int32 }), raw: value }
      }
      const dtype = spec.dtype === 'uint8' ? 'int32' : spec.dtype
      tensors[spec.name] = engine.makeTensorFromTensorInfo(
        { dataId: backend.dataIdOf(value), shape: [...spec.shape], dtype },
        backend,
      )
    })
    const returned: unknown = fn(tensors)
    if (returned instanceof Promise) throw backend.refuse('is async; it must be synchronous')
    if (typeof returned !== 'object' || returned === null || returned instanceof tf.Tensor) {
      throw backend.refuse('returns no object of named tensors; expected for example { loss, q }')
    }
    for (const [name, tensor] of Object.entries(returned)) {
      if (!(tensor instanceof tf.Tensor)) throw backend.refuse(`returns "${name}", which is not a tensor`)
      results[name] = backend.resolve(tensor)
    }
    return []
  })
  return { results, inputs }
}

interface VariableWatch {
  run<T>(fn: () => T): T
  /** Declared or new variables whose data changed. */
  assigned(): Set<tf.Variable>
  /** Puts everything back; returns the variables that the function made, now with real storage, and its optimizers'. */
  restore(): tf.Variable[]
}

/** Puts the tracing backend in charge of tfjs for a while, and remembers enough to undo all of it. */
function watchVariables(backend: TraceBackend, declared: Set<tf.Variable>): VariableWatch {
  const engine = internals()
  const home = cpuBackend()
  const { state } = engine
  const before = new Map<tf.Variable, object>()
  const made: { variable: tf.Variable; initial: Value }[] = []

  const admit = (variable: tf.Variable): void => {
    // Moves it to the cpu backend if it lives elsewhere; `assign` and `clone` share data, which in-place runs may not.
    home.data.get(variable.dataId)
    if (home.refCount(variable.dataId) > 1) unshare(variable)
    backend.adopt(variable.dataId, variable)
    before.set(variable, variable.dataId)
    // `assign` disposes the old data; this keeps it for the way back.
    home.incRef(variable.dataId)
  }
  for (const variable of Object.values(state.registeredVariables)) {
    if (declared.has(variable)) admit(variable)
    else backend.foreign.set(variable.dataId, variable)
  }
  /** Variables of tf.train optimizers that the function uses: theirs, and so the function's. */
  const ofOptimizers: tf.Variable[] = []
  const counters = { numTensors: state.numTensors, numDataBuffers: state.numDataBuffers, numBytes: state.numBytes }
  const registered = { ...state.registeredVariables }
  const { backendName, backendInstance } = engine
  const { readSync, read, makeVariable, startScope } = engine
  const original = { readSync, read, makeVariable, startScope }
  const assign = tf.Variable.prototype.assign
  const optimizers = tfjsOptimizers.map(({ prototype }) => ({ prototype, applyGradients: prototype.applyGradients }))
  const random = Math.random

  const refuseStateRead = (dataId: object): void => {
    const variable = backend.variables.get(dataId) ?? backend.foreign.get(dataId)
    if (variable !== undefined)
      throw backend.refuse(`reads the values of the variable "${variable.name}" while it is traced`)
  }
  const install = (): void => {
    engine.backendName = traceBackendName
    engine.backendInstance = backend
    engine.readSync = (dataId) => {
      refuseStateRead(dataId)
      return original.readSync.call(engine, dataId)
    }
    engine.read = (dataId) => {
      try {
        refuseStateRead(dataId)
      } catch (error) {
        backend.refused ??= error
        return new Promise(() => {})
      }
      return original.read.call(engine, dataId)
    }
    engine.makeVariable = (initial, ...rest) => {
      const variable = original.makeVariable.call(engine, initial, ...rest)
      const value = backend.resolve(initial)
      if (value.constant === undefined)
        throw backend.refuse(`makes the variable "${variable.name}" from a computed value; make it before`)
      engine.disposeTensor(variable)
      const dataId = {}
      variable.dataId = dataId
      backend.adopt(dataId, variable)
      engine.trackTensor(variable, backend)
      made.push({ variable, initial: value })
      before.set(variable, dataId)
      return variable
    }
    tf.Variable.prototype.assign = function (this: tf.Variable, value) {
      if (!declared.has(this) && !made.some(({ variable }) => variable === this)) {
        throw backend.refuse(`assigns the variable "${this.name}", which is not declared in its state`)
      }
      assign.call(this, value)
    }
    for (const { prototype, applyGradients } of optimizers) {
      prototype.applyGradients = function (this: tf.Optimizer, gradients) {
        for (const variable of variablesOf(this)) {
          if (!backend.foreign.delete(variable.dataId)) continue
          admit(variable)
          declared.add(variable)
          ofOptimizers.push(variable)
        }
        applyGradients.call(this, gradients)
      }
    }
    backend.refused = undefined
    Math.random = () => refuseRandom('Math.random')
    // Seeded operations never ask Math.random.
    engine.startScope = (scope) => {
      const operation = randomOperation.exec(scope ?? '')?.[1]
      if (operation !== undefined) refuseRandom(`tf.${operation}`)
      original.startScope.call(engine, scope)
    }
  }
  const refuseRandom = (by: string): never => {
    throw backend.refuse(
      `draws random numbers by ${by}, which would be the same ones at every call. Draw them outside and pass them in as an input`,
    )
  }
  const uninstall = (): void => {
    engine.backendName = backendName
    engine.backendInstance = backendInstance
    for (const key of ['readSync', 'read', 'makeVariable', 'startScope'] as const) Reflect.deleteProperty(engine, key)
    tf.Variable.prototype.assign = assign
    for (const { prototype, applyGradients } of optimizers) prototype.applyGradients = applyGradients
    Math.random = random
  }

  return {
    run(fn) {
      install()
      try {
        const told = fn()
        if (backend.refused !== undefined) throw backend.refused
        return told
      } finally {
        uninstall()
      }
    },
    assigned() {
      const all = [...before].filter(([variable, dataId]) => !variable.isDisposed && variable.dataId !== dataId)
      return new Set(all.map(([variable]) => variable))
    },
    restore() {
      Object.assign(state, counters)
      for (const [variable, dataId] of before) {
        if (made.some((m) => m.variable === variable)) continue
        // Where it was never assigned, the extra reference is still there to give back.
        if (variable.dataId === dataId) home.disposeData(dataId)
        variable.dataId = dataId
      }
      for (const { variable, initial } of made) giveStorage(variable, initial)
      if (made.length === 0) state.registeredVariables = registered
      return [...made.map(({ variable }) => variable), ...ofOptimizers]
    },
  }
}

/** Scopes of the operations that draw random numbers: `randomNormal__op`. */
const randomOperation = /^(rand\w*|truncatedNormal|multinomial)__op$/

const tfjsOptimizers: readonly { readonly prototype: tf.Optimizer }[] = [
  tf.AdadeltaOptimizer,
  tf.AdagradOptimizer,
  tf.AdamOptimizer,
  tf.AdamaxOptimizer,
  tf.MomentumOptimizer,
  tf.RMSPropOptimizer,
  tf.SGDOptimizer,
]

/** An optimizer's own numbers (Adam's βᵗ) and the slots that it made before. */
function variablesOf(optimizer: tf.Optimizer): tf.Variable[] {
  return Object.values(optimizer).flatMap((value: unknown) =>
    (Array.isArray(value) ? value : [value]).flatMap((item: unknown) => {
      const held = item instanceof tf.Variable ? item : (item as { variable?: unknown } | null | undefined)?.variable
      return held instanceof tf.Variable ? [held] : []
    }),
  )
}

/** Gives a variable data of its own. */
function unshare(variable: tf.Variable): void {
  const home = cpuBackend()
  const copy = internals().makeTensor(
    home.data.get(variable.dataId).values.slice(),
    variable.shape,
    variable.dtype,
    home,
  )
  variable.assign(copy)
  copy.dispose()
  // tfjs now counts one reference: the variable's.
}

/** A variable that was made while tracing gets real data with its initial value. */
function giveStorage(variable: tf.Variable, initial: Value): void {
  const engine = internals()
  const home = cpuBackend()
  const values: TypedArray = allocate(variable.dtype as DType, sizeOf(variable.shape))
  const constant = initial.constant as TypedArray
  if (constant.length === 1) values.fill(constant[0]!)
  else values.set(constant)
  const tensor = engine.makeTensor(values, variable.shape, variable.dtype, home)
  variable.dataId = tensor.dataId
  home.incRef(tensor.dataId)
  engine.trackTensor(variable, home)
  tensor.dispose()
}

function translate(error: unknown, name: string): Error {
  if (error instanceof RingsideError) return error
  const missing = /Kernel '(\w+)' not registered for backend/.exec(messageOf(error))
  if (missing !== null) {
    return new RingsideError(
      atUserLine(
        `"${name}" cannot be compiled: the tfjs kernel ${missing[1]} has no lowering to ONNX`,
        error instanceof Error ? error : undefined,
      ),
      { cause: error },
    )
  }
  if (!(error instanceof Error)) return new Error(String(error))
  // What the user's own code throws stays as it is; what tfjs says about it gets the line.
  const line = userLine(error)
  const thrownAt = /^\s+at .*/m.exec(error.stack ?? '')?.[0].replace(/\?[^:]*/, '')
  if (line === undefined || thrownAt?.includes(line) !== false) return error
  return new RingsideError(`"${name}" cannot be compiled: ${error.message} (at ${line})`, { cause: error })
}
