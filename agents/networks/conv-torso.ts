import { usageError } from '../../core/errors.ts'
import { tf } from '../../engine/tfjs.ts'
import { convolution, outputSide } from '../../engine/layers/convolution.ts'
import type { InitializerName, Piece } from '../../engine/layers/types.ts'

/** [stack, height, width] of one observation. */
export type ImageShape = readonly [channels: number, height: number, width: number]

export interface ConvTorsoOptions {
  readonly image: ImageShape
  readonly initializer: InitializerName
}

interface Layer {
  readonly channels: number
  /** Side of the filter, pixels. */
  readonly size: number
  readonly stride: number
}

/** Convolutions `path/0`, `path/1`, … on batch × channels × height × width (0 to 1), flattened to batch × features. */
export function convTorso(path: string, name: string, layers: readonly Layer[], options: ConvTorsoOptions): Piece {
  const { image, initializer } = options
  let [channels, height, width] = image
  const convolutions = layers.map(({ channels: outputChannels, size, stride }, i) => {
    const layer = convolution(`${path}/${i}`, {
      inputChannels: channels,
      outputChannels,
      size,
      stride,
      activation: 'relu',
      initializer,
    })
    channels = outputChannels
    height = outputSide(height, size, stride)
    width = outputSide(width, size, stride)
    return layer
  })
  if (height < 1 || width < 1) {
    throw usageError(
      `The ${name} network cannot read images of ${image[1]} × ${image[2]}: nothing is left after its convolutions.`,
    )
  }
  const outputs = channels * height * width
  return {
    outputs,
    init: (rng) => Object.assign({}, ...convolutions.map((layer) => layer.init(rng))),
    apply(weights, input) {
      // tfjs convolves channels-last; the compiled engine undoes both transposes.
      const first = tf.transpose(input, [0, 2, 3, 1])
      const last = convolutions.reduce((x, layer) => layer.apply(weights, x), first)
      return tf.reshape(tf.transpose(last, [0, 3, 1, 2]), [-1, outputs])
    },
  }
}
