import { convTorso, type ConvTorsoOptions } from './conv-torso.ts'
import type { Piece } from '../../engine/layers/types.ts'

/** The convolution of Young and Tian 2019 (section 4.1): 16 of 3×3/1. */
export function minatarCnn(path: string, options: ConvTorsoOptions): Piece {
  return convTorso(path, 'minatar', [{ channels: 16, size: 3, stride: 1 }], options)
}
