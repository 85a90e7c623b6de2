import { lower } from './registry.ts'

lower<{ varianceEpsilon: number }>('FusedBatchNorm', (g, { x, scale, offset, mean, variance }, { varianceEpsilon }) => {
  const rank = x!.shape.length
  const channels = x!.shape.at(-1)
  for (const [name, value] of Object.entries({ mean, variance, offset, scale })) {
    if (value?.shape.length === 1 && value.shape[0] !== channels)
      throw new Error(`${name} has the shape [${value.shape}], but x has ${channels} channels: [${x!.shape}]`)
  }
  if (mean!.shape.length === 1 && (rank === 4 || rank === 2)) {
    const vector = mean!.shape
    const order = rank === 4 ? [0, 3, 1, 2] : [0, 1]
    const parameters = [scale ?? g.fill(1, vector, 'float32'), offset ?? g.fill(0, vector, 'float32'), mean!, variance!]
    const inputs = [g.physical(x!, order), ...parameters.map((value) => g.physical(value))]
    return g.stored(
      g.node('BatchNormalization', inputs, { epsilon: { float: varianceEpsilon } }),
      'float32',
      x!.shape,
      order,
    )
  }
  const deviation = g.elementwise('Sqrt', [g.elementwise('Add', [variance!, g.scalar(varianceEpsilon)])])
  const inverse = g.elementwise('Reciprocal', [deviation])
  const factor = scale === undefined ? inverse : g.elementwise('Mul', [inverse, scale])
  const normalized = g.elementwise('Mul', [g.elementwise('Sub', [x!, mean!]), factor])
  return offset === undefined ? normalized : g.elementwise('Add', [normalized, offset])
})
