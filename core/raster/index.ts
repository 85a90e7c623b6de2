export { grayOf, grayscale } from './grayscale.ts'
export { createResize, type ImageSize, type Resize } from './resize.ts'
export type { Interpolation } from './taps.ts'
export { createPhi, createPlainPhi, type Crop, type Phi, type PhiOptions } from './phi.ts'
