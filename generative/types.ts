import type { Piece } from '../engine/layers/types.ts'

/** Pixels and channels of one image; batches are batch × height × width × channels, from −1 to 1. */
export interface ImageShape {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** batch × latent → images. */
export interface Generator extends Omit<Piece, 'outputs'> {
  readonly latent: number
  readonly image: ImageShape
}

/** Images → batch × 1 logits: how real each looks. */
export type Discriminator = Omit<Piece, 'outputs'>

export interface GanNetworks {
  readonly generator: Generator
  readonly discriminator: Discriminator
}
