import type * as tf from '@tensorflow/tfjs'
import type { TypedArray } from '../core/dtype.ts'

export type BackendName = 'onnx' | 'tensorflow' | 'wasm' | 'cpu'

/** Element types that cross the border of a compiled function. uint8 inputs arrive in the function as int32 tensors. */
export type TensorDType = 'float32' | 'int32' | 'uint8' | 'bool'

/** One input of a compiled function. A `null` dimension (at most one) is found from the length of the data at each call. */
export interface TensorSpec {
  readonly shape: readonly (number | null)[]
  readonly dtype: TensorDType
}

/** Data with its shape, for inputs that were not declared. */
export interface ShapedArray {
  readonly data: TypedArray
  readonly shape: readonly number[]
}

export type CompiledInput = TypedArray | ShapedArray | number
export type CompiledInputs = Readonly<Record<string, CompiledInput>>

/** Variables by path (`online/torso/0/kernel`). */
export type Variables = Readonly<Record<string, tf.Variable>>

/** The tfjs function: named tensors in, named tensors out. Plain synchronous tfjs code that reads no values. */
export type TensorFunction = (inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor>

export interface CompileOptions {
  /** Every variable that the function reads or assigns. Touching another one is an error. None where it is left out. */
  readonly state?: Variables
  /** Shapes and dtypes of the inputs. Those left out are read off the first call's arrays (a typed array is a vector). */
  readonly inputs?: Readonly<Record<string, TensorSpec>>
  /** Named in errors and profiles. */
  readonly name?: string
}

/**
 * Runs the function on its engine, synchronously. The results live until the next call of the same compiled function:
 * copy what must live longer. Inputs are read before it returns.
 */
export interface Compiled {
  (inputs?: CompiledInputs): Record<string, TypedArray>
  /** Frees sessions and buffers; variables stay. */
  dispose(): void
}

export interface EngineOptions {
  /** `auto`: tensorflow when it sees a GPU, else onnx, else wasm. */
  readonly engine?: BackendName | 'auto'
  /** `cpu`, or what the backend offers on this machine. */
  readonly device?: string
  readonly threads?: number
}

export interface Engine {
  readonly backend: BackendName
  readonly device: string
  readonly threads: number
  /** One line for people: backend, library version, device, threads. */
  readonly description: string
  /** What a person should be told first: a fallback was taken, and the command that mends it. */
  readonly notice?: string
  compile(fn: TensorFunction, options?: CompileOptions): Compiled
  /** A copy of a variable's present values. */
  read(variable: tf.Variable): TypedArray
  /** Overwrites a variable's values in place; throws when the length differs. */
  write(variable: tf.Variable, values: TypedArray): void
  dispose(): void
}
