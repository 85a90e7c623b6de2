import type { OnnxRuntime } from '../backends/load.ts'
import { encodeModel } from '../onnx/model.ts'

let known: number | undefined

/**
 * Channels in a block of ONNX Runtime's blocked layout on this processor (16 with AVX-512 and on ARM, 8 with AVX2), or 1
 * where it has no such layout: found by blocking four channels and looking at the shape.
 */
export function channelBlock({ Tensor, createSession }: OnnxRuntime): number {
  known ??= probe()
  return known

  function probe(): number {
    try {
      const model = encodeModel({
        nodes: [
          { op: 'ReorderInput', domain: 'com.microsoft.nchwc', inputs: ['x'], outputs: ['blocked'], attributes: {} },
          { op: 'Shape', inputs: ['blocked'], outputs: ['shape'], attributes: {} },
          { op: 'Cast', inputs: ['shape'], outputs: ['sizes'], attributes: { to: 6 } },
        ],
        initializers: [],
        inputs: [{ name: 'x', dtype: 'float32', shape: [1, 4, 1, 1] }],
        outputs: [{ name: 'sizes', dtype: 'int32', shape: [4] }],
      })
      const session = createSession(model, { device: 'cpu', threads: 1 })
      const sizes = new Int32Array(4)
      session.run(
        { x: new Tensor('float32', new Float32Array(4), [1, 4, 1, 1]) },
        { sizes: new Tensor('int32', sizes, [4]) },
      )
      session.dispose()
      return Math.max(1, sizes[1]!)
    } catch {
      return 1
    }
  }
}
