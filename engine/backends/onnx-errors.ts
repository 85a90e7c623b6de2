import { messageOf, RingsideError } from '../../core/errors.ts'
import { asOutOfMemory } from '../../core/memory.ts'
import type { GraphModel } from '../onnx/model.ts'

/** Nodes that can fail on what their inputs hold, at any run; all others fail at the first, on shapes. */
const dependsOnValues = /^(Gather|Scatter)/

/** Errors of ONNX Runtime in terms of the user's code. */
export interface ErrorTranslator {
  /** `"loss" cannot be compiled: BatchMatMul (my-agent.ts:12:3): …` for whatever was thrown. */
  translate(thrown: unknown, what: 'cannot be compiled' | 'failed'): unknown
  /** After the first run: lets go of the stacks of nodes that cannot fail any more. */
  settle(): void
}

/** ONNX Runtime names nodes as `encodeModel` does: by op and place. */
export function errorTranslator(name: string, { nodes }: GraphModel): ErrorTranslator {
  const origins = nodes.map(({ origin }) => origin)
  const ops = nodes.map(({ op }) => op)
  let settled = false
  return {
    translate(thrown, what) {
      if (thrown instanceof RingsideError || asOutOfMemory(thrown, name) !== undefined) return thrown
      const message = messageOf(thrown)
      const named = /(?:Node \(|in node \(|Name:')\w*?_(\d+)[)']/.exec(message)
      const at = named === null ? undefined : Number(named[1])
      const where = at === undefined ? 'ONNX Runtime' : (origins[at]?.describe() ?? ops[at] ?? 'ONNX Runtime')
      return new RingsideError(`"${name}" ${what}: ${where}: ${essence(message)}`, { cause: thrown })
    },
    settle() {
      if (settled) return
      settled = true
      origins.forEach((origin, i) => origin?.settle(dependsOnValues.test(ops[i]!)))
    },
  }
}

/** What ONNX Runtime says without the places in its own source. */
function essence(message: string): string {
  const line = message.trim().split('\n')[0]!
  return line
    .replace(/^.*\[ONNXRuntimeError\] : \d+ : \w+ : /, '')
    .replace(/^Non-zero status code returned while running .*? Status Message: /, '')
    .replace(/^Node \(\w+\) Op \(\w+\) (?:\[\w+\] )?/, '')
    .replace(/^(?:Exception during initialization: )?\/onnxruntime_src\/.* was false\. /, '')
    .replace(/\/onnxruntime_src\/\S+ /g, '')
    .slice(0, 300)
}
