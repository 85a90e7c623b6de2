import type { TypedArray } from '../../core/dtype.ts'
import type { tf } from '../tfjs.ts'
import type { TensorFunction, Variables } from '../types.ts'
import type { ConcreteSpec } from '../trace/trace.ts'

/** A function made ready for one set of input shapes. */
export interface Program {
  /** Inputs in the order of the specs. Results live until the next call. */
  run(inputs: readonly TypedArray[]): Record<string, TypedArray>
  dispose(): void
}

/** How a backend makes programs; `adopted` collects variables that the function makes itself. */
export type ProgramMaker = (request: ProgramRequest) => Program

export interface ProgramRequest {
  readonly fn: TensorFunction
  readonly name: string
  readonly specs: readonly ConcreteSpec[]
  readonly state: Variables
  readonly adopted: Set<tf.Variable>
}
