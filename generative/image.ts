/** Pixels and channels of one image; batches are batch × height × width × channels, from −1 to 1. */
export interface ImageShape {
  readonly height: number
  readonly width: number
  readonly channels: number
}
