import { tf, type CpuBackend } from '../tfjs.ts'

let registered = false

/** Kernels of tfjs's cpu backend that are wrong in 4.22, mended. */
export function mendCpuKernels(): void {
  if (registered) return
  registered = true
  tf.unregisterKernel('ResizeNearestNeighborGrad', 'cpu')
  tf.registerKernel({
    kernelName: 'ResizeNearestNeighborGrad',
    backendName: 'cpu',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { images, dy } = inputs as { images: tf.TensorInfo; dy: tf.TensorInfo }
      const cpu = backend as CpuBackend
      const given = cpu.data.get(dy.dataId).values as Float32Array
      const gradient = nearestGradient(given, images.shape, dy.shape, attrs as unknown as ResizeAttributes)
      return { dataId: cpu.write(gradient, images.shape, 'float32'), shape: images.shape, dtype: 'float32' }
    },
  })
}

interface ResizeAttributes {
  alignCorners: boolean
  halfPixelCenters?: boolean
}

/** Each dy goes to the pixel that it was taken from. The stock kernel takes those of the wrong image where there are several. */
function nearestGradient(
  dy: Float32Array,
  images: readonly number[],
  [, newHeight, newWidth]: readonly number[],
  attributes: ResizeAttributes,
): Float32Array {
  const [batch, height, width, channels] = images as [number, number, number, number]
  const rows = sources(height, newHeight!, attributes)
  const columns = sources(width, newWidth!, attributes)
  const gradient = new Float32Array(batch * height * width * channels)
  let at = 0
  for (let image = 0; image < batch; image++) {
    for (const row of rows) {
      for (const column of columns) {
        const to = ((image * height + row) * width + column) * channels
        for (let channel = 0; channel < channels; channel++) gradient[to + channel]! += dy[at++]!
      }
    }
  }
  return gradient
}

/** Which of `from` old places each of `to` new ones was taken from. */
function sources(from: number, to: number, { alignCorners, halfPixelCenters }: ResizeAttributes): number[] {
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to
  return Array.from({ length: to }, (_, i) => {
    const place = halfPixelCenters === true ? scale * (i + 0.5) : scale * i
    return Math.min(from - 1, alignCorners ? Math.round(place) : Math.floor(place))
  })
}
