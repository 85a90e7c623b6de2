import type { Scene } from '../../core/scene.ts'

/** A frame as a Scene; small ones are shown at a whole multiple of their size. */
export function sceneOfPixels(
  data: Uint8Array,
  { rows, columns, channels }: { rows: number; columns: number; channels: number },
  fps: number | undefined,
): Scene {
  const scale = Math.max(1, Math.round(400 / columns))
  const [width, height] = [columns * scale, rows * scale]
  return {
    width,
    height,
    background: '#000000',
    items: [
      {
        kind: 'pixels',
        x: 0,
        y: 0,
        width,
        height,
        columns,
        rows,
        channels: channels === 1 || channels === 4 ? channels : 3,
        data,
      },
    ],
    ...(fps !== undefined && { fps }),
  }
}

const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')

/** What a render mode `ansi` gives, line by line, without its colours. */
export function sceneOfText(text: string, fps: number | undefined): Scene {
  const lines = text.replace(colours, '').split('\n')
  const size = 18
  return {
    width: Math.max(400, 48 + size * 0.62 * Math.max(...lines.map((line) => line.length))),
    height: Math.max(200, 48 + size * 1.5 * lines.length),
    background: '#fbfaf7',
    items: lines.map((line, i) => ({
      kind: 'text',
      x: 24,
      y: 24 + i * size * 1.5,
      text: line,
      size,
      color: '#2b2d33',
      baseline: 'top',
    })),
    ...(fps !== undefined && { fps }),
  }
}
