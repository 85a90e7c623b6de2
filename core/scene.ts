/** Colours are CSS strings (`#rgb`, `#rrggbb`, `#rrggbbaa`). */
export type Color = string

export interface Stroke {
  readonly color: Color
  /** World units. */
  readonly width: number
}

/**
 * A picture as data: environments return it, painters (canvas, terminal, browser) draw it. World coordinates run right
 * and down from the top left corner; angles are radians, clockwise as seen. Items are drawn in order.
 */
export interface Scene {
  /** World units; painters scale to fit and keep the proportions. */
  readonly width: number
  readonly height: number
  readonly background: Color
  readonly items: readonly SceneItem[]
  /** Frames a second at which the environment means to be watched. */
  readonly fps?: number
  /** A short line for a title bar or a caption. */
  readonly caption?: string
}

/** `id` lets a viewer interpolate the same thing between two scenes. */
export type SceneItem = (Rect | Circle | Line | Polygon | Text | Pixels | Sprite) & { readonly id?: string }

export interface Rect {
  readonly kind: 'rect'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly fill?: Color
  readonly stroke?: Stroke
  readonly cornerRadius?: number
}

export interface Circle {
  readonly kind: 'circle'
  readonly x: number
  readonly y: number
  readonly radius: number
  readonly fill?: Color
  readonly stroke?: Stroke
}

export interface Line {
  readonly kind: 'line'
  /** x₀, y₀, x₁, y₁, … */
  readonly points: readonly number[]
  readonly stroke: Stroke
}

export interface Polygon {
  readonly kind: 'polygon'
  /** x₀, y₀, x₁, y₁, …; closed. */
  readonly points: readonly number[]
  readonly fill?: Color
  readonly stroke?: Stroke
}

export interface Text {
  readonly kind: 'text'
  readonly x: number
  readonly y: number
  readonly text: string
  /** Cap height, roughly: the font size in world units. */
  readonly size: number
  readonly color: Color
  readonly align?: 'left' | 'center' | 'right'
  readonly baseline?: 'top' | 'middle' | 'bottom'
}

/** A raster image scaled without smoothing into the given box. */
export interface Pixels {
  readonly kind: 'pixels'
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Of the data. */
  readonly columns: number
  readonly rows: number
  readonly channels: 1 | 3 | 4
  /** Row by row, channels last. */
  readonly data: Uint8Array
}

/** Items placed, turned and scaled as one. */
export interface Sprite {
  readonly kind: 'sprite'
  readonly x: number
  readonly y: number
  readonly angle?: number
  readonly scale?: number
  readonly items: readonly SceneItem[]
}
