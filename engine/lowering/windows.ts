import { sameShape, type Value } from '../graph/value.ts'
import type { tf } from '../tfjs.ts'

/** How far a window's walk over an image reaches past it on each side; below 0: so much of the image is never seen. */
export interface Reach {
  readonly top: number
  readonly left: number
  readonly bottom: number
  readonly right: number
}

/**
 * The padding that gives exactly tfjs's number of outputs, whatever rounded them: `dimRoundingMode`, numbers as padding
 * (whose width tfjs works out with the window's height). Throws where there are no outputs.
 */
export function reachOf(info: tf.backend_util.Conv2DInfo): Reach {
  const { top, left } = info.padInfo
  if (info.outHeight < 1 || info.outWidth < 1) {
    throw new Error(
      `the window ${info.effectiveFilterHeight}×${info.effectiveFilterWidth} does not fit into the image ` +
        `${info.inHeight}×${info.inWidth} with its padding`,
    )
  }
  return {
    top,
    left,
    bottom: (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight - top - info.inHeight,
    right: (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth - left - info.inWidth,
  }
}

/** ONNX's order, nothing below 0. */
export function padsOf({ top, left, bottom, right }: Reach): number[] {
  return [top, left, Math.max(0, bottom), Math.max(0, right)]
}

/** tfjs's gradients forget `dimRoundingMode`, and then speak of other outputs than there are. */
export function assertForward(dy: Value, info: tf.backend_util.Conv2DInfo): void {
  if (sameShape(dy.shape, info.outShape)) return
  throw new Error(
    `the gradient where outputs are [${dy.shape}], in place of [${info.outShape}], has no lowering to ONNX: leave ` +
      'dimRoundingMode out, or pad first',
  )
}
