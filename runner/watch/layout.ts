import { isBox, type Space } from '../../envs/spaces/index.ts'
import type { ObservationLayout } from '../../render/viewer/protocol.ts'

/** How an observation is drawn: as the networks read it (see agents/networks/observation.ts); null for one that is no array of numbers. */
export function layoutOf(space: Space): ObservationLayout | null {
  if (!isBox(space)) return null
  const { shape, high, stack } = space
  const stacked = stack !== undefined
  const top = Number.isFinite(high[0]!) ? Math.max(high[0]!, 1) : 1
  if (shape.length === 2) return { kind: 'planes', planes: 1, rows: shape[0]!, columns: shape[1]!, top, stacked }
  if (shape.length === 3 || shape.length === 4) {
    const [pictures, rows, columns, channels] = shape.length === 4 ? shape : [1, ...shape]
    if (channels! <= 4 && Math.min(rows!, columns!) > 4)
      return { kind: 'pixels', pictures: pictures!, rows: rows!, columns: columns!, channels: channels!, top }
    if (shape.length === 3)
      return { kind: 'planes', planes: shape[0]!, rows: shape[1]!, columns: shape[2]!, top, stacked }
  }
  return { kind: 'vector', length: high.length }
}
