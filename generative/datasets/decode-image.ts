import { messageOf, RingsideError } from '../../core/errors.ts'

/** Pixels of a picture file: height × width × 4 bytes, red, green, blue, alpha. */
export interface DecodedImage {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8ClampedArray
}

export type ImageDecoder = (file: Uint8Array) => Promise<DecodedImage>

/** Decodes PNG, JPEG and what else @napi-rs/canvas reads. The one place that loads it for data. */
export async function openImageDecoder(): Promise<ImageDecoder> {
  let library: typeof import('@napi-rs/canvas')
  try {
    library = await import('@napi-rs/canvas')
  } catch (error) {
    throw new RingsideError(
      `Reading picture files needs @napi-rs/canvas, which does not load (${messageOf(error).split('\n')[0]}). ` +
        'Install it: npm install @napi-rs/canvas@1.0.11',
      { cause: error },
    )
  }
  const { createCanvas, loadImage } = library
  return async (file) => {
    const image = await loadImage(file)
    const { width, height } = image
    const context = createCanvas(width, height).getContext('2d')
    context.drawImage(image, 0, 0)
    return { width, height, rgba: context.getImageData(0, 0, width, height).data }
  }
}
