import { convTorso, type ConvTorsoOptions } from './conv-torso.ts'
import type { Piece } from '../../engine/layers/types.ts'

/** The convolutions of Mnih et al. 2015 (Methods, "Model architecture"): 32 of 8×8/4, 64 of 4×4/2, 64 of 3×3/1. */
export function natureCnn(path: string, options: ConvTorsoOptions): Piece {
  const layers = [
    { channels: 32, size: 8, stride: 4 },
    { channels: 64, size: 4, stride: 2 },
    { channels: 64, size: 3, stride: 1 },
  ]
  return convTorso(path, 'nature', layers, options)
}
