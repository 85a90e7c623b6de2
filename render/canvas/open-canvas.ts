import { messageOf, RingsideError } from '../../core/errors.ts'
import { fontFamily, fontFiles } from '../fonts.ts'

/** What we use of the two packages; both have the browser's interface. */
export interface CanvasLibrary {
  readonly name: 'canvas' | '@napi-rs/canvas'
  createCanvas(width: number, height: number): CanvasLike
}

export interface CanvasLike {
  getContext(kind: '2d'): Context2d
}

export interface Context2d {
  fillStyle: unknown
  strokeStyle: unknown
  lineWidth: number
  lineJoin: string
  lineCap: string
  font: string
  textAlign: string
  textBaseline: string
  imageSmoothingEnabled: boolean
  save(): void
  restore(): void
  translate(x: number, y: number): void
  rotate(angle: number): void
  scale(x: number, y: number): void
  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void
  beginPath(): void
  closePath(): void
  moveTo(x: number, y: number): void
  lineTo(x: number, y: number): void
  arc(x: number, y: number, radius: number, from: number, to: number): void
  rect(x: number, y: number, width: number, height: number): void
  roundRect(x: number, y: number, width: number, height: number, radius: number): void
  fill(): void
  stroke(): void
  fillRect(x: number, y: number, width: number, height: number): void
  fillText(text: string, x: number, y: number): void
  drawImage(image: unknown, x: number, y: number, width: number, height: number): void
  getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray }
  createImageData(width: number, height: number): { data: Uint8ClampedArray }
  putImageData(image: { data: Uint8ClampedArray }, x: number, y: number): void
}

interface CanvasModule {
  readonly createCanvas: CanvasLibrary['createCanvas']
  /** Of canvas. */
  readonly registerFont?: (path: string, face: { family: string; weight?: string }) => void
  /** Of @napi-rs/canvas. */
  readonly GlobalFonts?: { registerFromPath(path: string, family: string): unknown }
}

let loaded: Promise<CanvasLibrary> | undefined

/** `canvas` where it loads (its native part may be missing although it is installed), else `@napi-rs/canvas`. */
export function openCanvas(): Promise<CanvasLibrary> {
  loaded ??= firstThatLoads()
  return loaded
}

async function firstThatLoads(): Promise<CanvasLibrary> {
  const why: string[] = []
  for (const name of ['canvas', '@napi-rs/canvas'] as const) {
    try {
      return await loadCanvas(name)
    } catch (error) {
      why.push(`${name}: ${messageOf(error).split('\n')[0]}`)
    }
  }
  throw new RingsideError(
    `Pictures need a canvas, and none loads (${why.join('; ')}). Install one: npm install @napi-rs/canvas@1.0.11`,
  )
}

/** One of the two, with our fonts; `from`: where it lies, if not where packages do. Throws what its loading throws. */
export async function loadCanvas(name: CanvasLibrary['name'], from: string = name): Promise<CanvasLibrary> {
  const imported = (await import(from)) as Partial<CanvasModule> & { readonly default?: CanvasModule }
  const module = imported.createCanvas === undefined ? imported.default! : (imported as CanvasModule)
  // The canvas package takes fonts only before it makes its first canvas.
  for (const file of fontFiles()) {
    module.registerFont?.(file, { family: fontFamily, ...(file.includes('Bold') && { weight: 'bold' }) })
    module.GlobalFonts?.registerFromPath(file, fontFamily)
  }
  const { createCanvas } = module
  createCanvas(1, 1).getContext('2d')
  return { name, createCanvas }
}
