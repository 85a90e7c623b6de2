export { grayOf, grayscale } from './grayscale.ts'
export { createResize, type ImageSize, type Resize } from './resize.ts'
export type { Interpolation } from './taps.ts'
