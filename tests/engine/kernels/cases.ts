import fc from 'fast-check'
import { tf } from '../../../engine/index.ts'

/** What values an input takes: away from where functions break, jump or tie. */
export type Kind = 'normal' | 'positive' | 'unit' | 'above one' | 'distinct' | 'bool' | { readonly below: number }

export interface Input {
  readonly shape: readonly number[]
  readonly kind: Kind
}

/** One use of kernels at one set of shapes; `fn` gives a tensor, whose gradient by the float inputs is compared too. */
export interface Use {
  readonly inputs: readonly Input[]
  readonly fn: (...inputs: tf.Tensor[]) => tf.Tensor
  /** What a counterexample should show besides the shapes. */
  readonly options?: object
}

export interface KernelCase {
  readonly name: string
  readonly uses: fc.Arbitrary<Use>
  /** tfjs has no gradient, or a wrong one, for the reason given. */
  readonly withoutGradient?: string
}

const size = fc.integer({ min: 1, max: 5 })
const shapeOf = (min: number, max: number): fc.Arbitrary<number[]> => fc.array(size, { minLength: min, maxLength: max })
const anyShape = shapeOf(1, 4)
const noGradient = 'it has no derivative'

type Any = (...inputs: tf.Tensor[]) => tf.Tensor

/** tfjs's functions, taken as loosely as it takes them at run time. */
const t = tf as unknown as Record<string, (...args: unknown[]) => tf.Tensor>

function unary(name: string, kind: Kind, fn: Any = t[name] as Any, more: Partial<KernelCase> = {}): KernelCase {
  return { name, uses: anyShape.map((shape) => ({ inputs: [{ shape, kind }], fn })), ...more }
}

/** Two operands: of one shape, one a scalar, or one broadcast along some axes. */
function binary(name: string, kinds: readonly [Kind, Kind], fn: Any = t[name] as Any, more: Partial<KernelCase> = {}) {
  const uses = fc.tuple(shapeOf(1, 3), fc.nat(3), fc.boolean()).map(([shape, how, swap]): Use => {
    const other = [shape, [], shape.map((n, i) => (i % 2 === 0 ? 1 : n)), shape.slice(1)][how]!
    const shapes = swap ? [other, shape] : [shape, other]
    return { inputs: shapes.map((s, i) => ({ shape: s, kind: kinds[i]! })), fn }
  })
  return { name, uses, ...more }
}

function reduction(name: string, kind: Kind, more: Partial<KernelCase> = {}): KernelCase {
  const uses = fc.tuple(shapeOf(2, 4), fc.nat(3), fc.boolean()).map(([shape, pick, keep]): Use => {
    const axes = [undefined, [0], [shape.length - 1], [0, 1]][pick]
    return { inputs: [{ shape, kind }], fn: (x) => t[name]!(x, axes, keep) }
  })
  return { name, uses, ...more }
}

const pads = fc.constantFrom('valid' as const, 'same' as const)
const image = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 5, max: 9 }),
  width: fc.integer({ min: 5, max: 9 }),
  channels: fc.integer({ min: 1, max: 3 }),
  filters: fc.integer({ min: 1, max: 4 }),
  kernel: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  pad: pads,
})

const pool = (name: 'maxPool' | 'avgPool', more: Partial<KernelCase> = {}): KernelCase => ({
  name,
  uses: image.map(({ batch, height, width, channels, kernel, stride, pad }) => ({
    inputs: [{ shape: [batch, height, width, channels], kind: 'distinct' }],
    fn: (x) => t[name]!(x, kernel, stride, pad),
  })),
  ...more,
})

const resize = (name: string, method: string): KernelCase[] =>
  [
    [false, false],
    [true, false],
    [false, true],
  ].map(([alignCorners, halfPixelCenters]) => ({
    name: `${name}${alignCorners ? ', corners aligned' : halfPixelCenters ? ', centres of pixels' : ''}`,
    uses: fc.tuple(image, size, size).map(([{ batch, height, width, channels }, h, w]) => ({
      inputs: [{ shape: [batch, height, width, channels], kind: 'normal' }],
      fn: (x) => (tf.image as unknown as typeof t)[method]!(x, [h + 3, 2 * w + 1], alignCorners, halfPixelCenters),
    })),
    ...(method === 'resizeBilinear' && {
      withoutGradient:
        "tfjs's cpu kernel swaps height and width, and gives NaN for some sizes; the adjoint is tested apart",
    }),
  }))

const matrices = fc.tuple(size, size, size, fc.boolean(), fc.boolean())
const batchNorm = fc.tuple(fc.constantFrom(2, 3, 4), size, size)

export const cases: readonly KernelCase[] = [
  ...['neg', 'abs', 'sin', 'cos', 'tanh', 'sigmoid', 'softplus', 'elu', 'selu', 'square', 'erf', 'exp', 'expm1'].map(
    (name) => unary(name, 'normal'),
  ),
  ...['sinh', 'cosh', 'asinh', 'atan', 'tan'].map((name) => unary(name, 'unit', undefined, {})),
  ...['asin', 'acos', 'atanh'].map((name) => unary(name, 'unit', (x) => t[name]!(tf.mul(x, 0.9)), {})),
  unary('acosh', 'above one', undefined, {}),
  ...['log', 'log1p', 'sqrt', 'rsqrt', 'reciprocal'].map((name) => unary(name, 'positive')),
  ...['floor', 'ceil', 'round', 'sign', 'step'].map((name) => unary(name, 'normal')),
  ...['relu', 'relu6', 'logSigmoid', 'swish', 'mish'].flatMap((name) => (name in tf ? [unary(name, 'normal')] : [])),
  unary('leakyRelu', 'normal', (x) => tf.leakyRelu(x, 0.1)),
  unary('clipByValue', 'normal', (x) => tf.clipByValue(x, -0.5, 0.7)),
  {
    name: 'prelu',
    uses: shapeOf(2, 3).map((shape) => ({
      inputs: [
        { shape, kind: 'normal' as const },
        { shape, kind: 'positive' as const },
      ],
      fn: (x, alpha) => tf.prelu(x, alpha),
    })),
  },
  ...['isNaN', 'isInf', 'isFinite'].map((name) =>
    unary(
      name,
      'normal',
      (x) => tf.cast(t[name]!(tf.concat([tf.reshape(x, [-1]), tf.tensor1d([NaN, Infinity, -Infinity, 0])])), 'float32'),
      { withoutGradient: noGradient },
    ),
  ),

  binary('add', ['normal', 'normal']),
  binary('sub', ['normal', 'normal']),
  binary('mul', ['normal', 'normal']),
  binary('div', ['normal', 'positive']),
  binary('pow', ['positive', 'normal']),
  ...['maximum', 'minimum', 'squaredDifference'].map((name) => ({
    ...binary(name, ['normal', 'normal']),
    withoutGradient: 'tfjs has none for a broadcast second operand; of equal shapes it is tested apart',
  })),
  ...['maximum', 'minimum', 'squaredDifference'].map((name) => ({
    name: `${name}, equal shapes`,
    uses: anyShape.map((shape) => ({
      inputs: [
        { shape, kind: 'normal' as const },
        { shape, kind: 'normal' as const },
      ],
      fn: t[name] as Any,
    })),
  })),
  binary('floorDiv', [{ below: 40 }, { below: 6 }], (a, b) => tf.floorDiv(a, tf.add(b, tf.scalar(1, 'int32'))), {
    withoutGradient: noGradient,
  }),
  binary('mod', ['normal', 'positive'], undefined, { withoutGradient: 'it jumps' }),
  ...['greater', 'greaterEqual', 'less', 'lessEqual', 'equal', 'notEqual'].map((name) =>
    binary(name, [{ below: 3 }, { below: 3 }], undefined, { withoutGradient: noGradient }),
  ),
  binary('logicalAnd', ['bool', 'bool'], undefined, { withoutGradient: noGradient }),
  binary('logicalOr', ['bool', 'bool'], undefined, { withoutGradient: noGradient }),
  unary('logicalNot', 'bool', undefined, { withoutGradient: noGradient }),
  {
    name: 'addN',
    uses: anyShape.map((shape) => ({
      inputs: [1, 2, 3].map(() => ({ shape, kind: 'normal' as const })),
      fn: (...xs) => tf.addN(xs),
    })),
  },
  {
    name: 'where',
    uses: anyShape.map((shape) => ({
      inputs: (['bool', 'normal', 'normal'] as const).map((kind) => ({ shape, kind })),
      fn: (c, a, b) => tf.where(c!, a!, b!),
    })),
  },

  ...['sum', 'mean'].map((name) => reduction(name, 'normal')),
  ...['max', 'min'].map((name) => reduction(name, 'distinct')),
  reduction('prod', 'positive'),
  ...['all', 'any'].map((name) => reduction(name, 'bool', { withoutGradient: noGradient })),
  reduction('logSumExp', 'normal'),
  ...['argMax', 'argMin'].map((name) => ({
    name,
    uses: fc.tuple(shapeOf(1, 3), fc.nat(2)).map(([shape, axis]) => ({
      inputs: [{ shape, kind: 'distinct' as const }],
      fn: (x: tf.Tensor) => t[name]!(x, axis % shape.length),
    })),
    withoutGradient: noGradient,
  })),
  unary('softmax', 'normal'),
  unary('logSoftmax', 'normal'),
  {
    name: 'cumsum',
    uses: fc.tuple(shapeOf(2, 3), fc.boolean(), fc.boolean()).map(([shape, exclusive, reverse]) => ({
      inputs: [{ shape, kind: 'normal' }],
      fn: (x) => tf.cumsum(x, shape.length - 1, exclusive, reverse),
    })),
  },
  {
    name: 'cumprod',
    uses: fc.tuple(shapeOf(2, 3), fc.boolean(), fc.boolean()).map(([shape, exclusive, reverse]) => ({
      inputs: [{ shape, kind: 'normal' }],
      fn: (x) => tf.cumprod(x, shape.length - 1, exclusive, reverse),
    })),
    withoutGradient: 'tfjs has none',
  },
  {
    name: 'topk',
    uses: shapeOf(1, 3).map((shape) => ({
      inputs: [{ shape, kind: 'distinct' }],
      fn: (x) => {
        const { values, indices } = tf.topk(x, Math.max(1, shape.at(-1)! - 1))
        return tf.add(values, tf.cast(indices, 'float32'))
      },
    })),
    withoutGradient: 'tfjs has none',
  },

  {
    name: 'matMul',
    uses: matrices.map(([m, k, n, transposeA, transposeB]) => ({
      inputs: [
        { shape: transposeA ? [k, m] : [m, k], kind: 'normal' },
        { shape: transposeB ? [n, k] : [k, n], kind: 'normal' },
      ],
      fn: (a, b) => tf.matMul(a!, b!, transposeA, transposeB),
    })),
  },
  {
    name: 'matMul in batches',
    uses: fc.tuple(size, matrices).map(([batch, [m, k, n, transposeA, transposeB]]) => ({
      inputs: [
        { shape: [batch, ...(transposeA ? [k, m] : [m, k])], kind: 'normal' },
        { shape: [batch, ...(transposeB ? [n, k] : [k, n])], kind: 'normal' },
      ],
      fn: (a, b) => tf.matMul(a!, b!, transposeA, transposeB),
    })),
  },
  ...(['linear', 'relu', 'elu', 'sigmoid', 'leakyrelu'] as const).map((activation): KernelCase => ({
    name: `fused matMul, ${activation}`,
    uses: matrices.map(([m, k, n]) => ({
      inputs: [
        { shape: [m, k], kind: 'normal' },
        { shape: [k, n], kind: 'normal' },
        { shape: [n], kind: 'normal' },
      ],
      fn: (a, b, bias) =>
        tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, bias: bias!, activation, leakyreluAlpha: 0.1 }),
    })),
    ...(['elu', 'sigmoid', 'leakyrelu'].includes(activation) && {
      withoutGradient: 'tfjs has none for this fused activation',
    }),
  })),
  {
    name: 'einsum',
    uses: matrices.map(([m, k, n]) => ({
      inputs: [
        { shape: [m, k], kind: 'normal' },
        { shape: [k, n], kind: 'normal' },
      ],
      fn: (a, b) => tf.einsum('ij,jk->ki', a!, b!),
    })),
    withoutGradient: 'tfjs has none',
  },

  {
    name: 'conv2d',
    uses: image.map(({ batch, height, width, channels, filters, kernel, stride, pad }) => ({
      inputs: [
        { shape: [batch, height, width, channels], kind: 'normal' },
        { shape: [kernel, Math.max(1, kernel - 1), channels, filters], kind: 'normal' },
      ],
      fn: (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad),
      options: { stride, pad },
    })),
  },
  {
    name: 'conv2d, dilated',
    uses: image.map(({ batch, height, width, channels, filters, pad }) => ({
      inputs: [
        { shape: [batch, height, width, channels], kind: 'normal' },
        { shape: [2, 3, channels, filters], kind: 'normal' },
      ],
      fn: (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, pad, 'NHWC', 2),
    })),
    withoutGradient: 'tfjs has none for dilated convolutions',
  },
  ...(['relu', 'elu'] as const).map((activation): KernelCase => ({
    name: `fused conv2d, ${activation}`,
    uses: image.map(({ batch, height, width, channels, filters, stride, pad }) => ({
      inputs: [
        { shape: [batch, height, width, channels], kind: 'normal' },
        { shape: [3, 3, channels, filters], kind: 'normal' },
        { shape: [filters], kind: 'normal' },
      ],
      fn: (x, filter, bias) =>
        tf.fused.conv2d({
          x: x as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          bias: bias!,
          strides: stride,
          pad,
          activation,
        }),
    })),
    ...(activation === 'elu' && { withoutGradient: 'tfjs has none for this fused activation' }),
  })),
  {
    name: 'conv2dTranspose',
    uses: image.map(({ batch, channels, filters, kernel, stride, pad, height, width }) => {
      const grown = (n: number): number => (pad === 'same' ? n * stride : (n - 1) * stride + kernel)
      return {
        inputs: [
          { shape: [batch, height, width, channels], kind: 'normal' },
          { shape: [kernel, kernel, filters, channels], kind: 'normal' },
        ],
        fn: (x, filter) =>
          tf.conv2dTranspose(
            x as tf.Tensor4D,
            filter as tf.Tensor4D,
            [batch, grown(height), grown(width), filters],
            stride,
            pad,
          ),
      }
    }),
  },
  {
    name: 'conv2dTranspose and gradients of conv2d, many channels',
    uses: image.map(({ batch, channels, filters, kernel, stride, pad, height, width }) => {
      const grown = (n: number, k: number): number => (pad === 'same' ? n * stride : (n - 1) * stride + k)
      return {
        inputs: [
          { shape: [batch, height, width, channels], kind: 'normal' },
          { shape: [kernel, Math.max(2, kernel - 1), filters + 15, channels], kind: 'normal' },
        ],
        fn: (x, filter) =>
          tf.conv2dTranspose(
            x as tf.Tensor4D,
            filter as tf.Tensor4D,
            [batch, grown(height, kernel), grown(width, Math.max(2, kernel - 1)), filters + 15],
            stride,
            pad,
          ),
      }
    }),
  },
  {
    name: 'conv2d, many channels',
    uses: image.map(({ batch, height, width, channels, filters, kernel, stride, pad }) => ({
      inputs: [
        { shape: [batch, height, width, channels + 15], kind: 'normal' },
        { shape: [kernel + 1, Math.max(1, kernel), channels + 15, filters], kind: 'normal' },
      ],
      fn: (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad),
      options: { stride, pad },
    })),
  },
  // Numbers as padding: tfjs takes the window's height for the width of the output too.
  ...(['floor', 'ceil', 'round'] as const).map((rounding): KernelCase => ({
    name: `conv2d, padding ${rounding === 'floor' ? 'by a number' : `rounded by ${rounding}`}`,
    uses: fc
      .tuple(image, size, fc.nat(3))
      .map(([{ batch, height, width, channels, filters, kernel, stride }, k, pad]) => ({
        inputs: [
          { shape: [batch, height, width, channels], kind: 'normal' },
          { shape: [kernel, k, channels, filters], kind: 'normal' },
        ],
        fn: (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad, 'NHWC', 1, rounding),
        options: { stride, pad },
      })),
    ...(rounding !== 'floor' && { withoutGradient: "tfjs's gradient forgets how it was rounded" }),
  })),
  {
    name: 'conv2d, padding on each side',
    uses: fc
      .tuple(image, fc.tuple(...[0, 1, 2, 3].map(() => fc.nat(2))))
      .map(([{ batch, height, width, channels, filters, kernel, stride }, [top, bottom, left, right]]) => ({
        inputs: [
          { shape: [batch, height, width, channels], kind: 'normal' },
          { shape: [kernel, Math.max(1, kernel - 1), channels, filters], kind: 'normal' },
        ],
        fn: (x, filter) =>
          tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, [
            [0, 0],
            [top!, bottom!],
            [left!, right!],
            [0, 0],
          ]),
        options: { stride, pads: [top, bottom, left, right] },
      })),
  },
  ...(['maxPool', 'avgPool'] as const).flatMap((name) =>
    (['floor', 'ceil', 'round'] as const).map((rounding): KernelCase => ({
      name: `${name}, padding by a number, ${rounding}`,
      uses: image
        .filter(({ kernel, stride }) => stride < kernel)
        .map(({ batch, height, width, channels, kernel, stride }) => ({
          inputs: [{ shape: [batch, height, width, channels], kind: 'distinct' }],
          fn: (x) => t[name]!(x, kernel, stride, 1, rounding),
          options: { kernel, stride },
        })),
      ...(rounding !== 'floor' && { withoutGradient: "tfjs's gradient forgets how it was rounded" }),
    })),
  ),
  pool('maxPool'),
  pool('avgPool'),
  ...resize('resizeBilinear', 'resizeBilinear'),
  ...resize('resizeNearestNeighbor', 'resizeNearestNeighbor'),
  {
    name: 'batchNorm',
    uses: batchNorm.map(([rank, channels, n]) => ({
      inputs: [
        { shape: [n + 1, ...(rank > 2 ? [3] : []), ...(rank > 3 ? [2] : []), channels], kind: 'normal' },
        { shape: [channels], kind: 'normal' },
        { shape: [channels], kind: 'positive' },
        { shape: [channels], kind: 'normal' },
        { shape: [channels], kind: 'positive' },
      ],
      fn: (x, mean, variance, offset, scale) =>
        tf.batchNorm(
          x as tf.Tensor4D,
          mean as tf.Tensor1D,
          variance as tf.Tensor1D,
          offset as tf.Tensor1D,
          scale as tf.Tensor1D,
          1e-3,
        ),
    })),
  },
  {
    name: 'moments (batch norm in training)',
    uses: batchNorm.map(([, channels, n]) => ({
      inputs: [{ shape: [n + 1, 3, 2, channels], kind: 'normal' }],
      fn: (x) => {
        const { mean, variance } = tf.moments(x, [0, 1, 2])
        // Without a scale, tfjs's own gradient fails.
        const [offset, scale] = [tf.zeros([channels]), tf.ones([channels])] as [tf.Tensor1D, tf.Tensor1D]
        return tf.batchNorm(x as tf.Tensor4D, mean as tf.Tensor1D, variance as tf.Tensor1D, offset, scale, 1e-3)
      },
    })),
  },

  unary('reshape', 'normal', (x) => tf.reshape(tf.mul(x, 2), [-1])),
  unary('expandDims', 'normal', (x) => tf.expandDims(x, -1)),
  unary('transpose', 'normal', (x) => tf.mul(tf.transpose(x), tf.transpose(x))),
  unary('reverse', 'normal', (x) => tf.reverse(x)),
  unary('tile', 'normal', (x) =>
    tf.tile(
      x,
      x.shape.map((_, i) => i + 1),
    ),
  ),
  {
    name: 'broadcastTo',
    uses: shapeOf(1, 3).map((shape) => ({
      inputs: [{ shape, kind: 'normal' }],
      fn: (x) => tf.broadcastTo(x!, [2, ...shape]),
    })),
  },
  unary('pad', 'normal', (x) =>
    tf.pad(
      x,
      x.shape.map((_, i) => [i, 1] as [number, number]),
      0.5,
    ),
  ),
  unary('slice', 'normal', (x) =>
    tf.slice(
      x,
      x.shape.map((n) => n >> 1),
    ),
  ),
  unary(
    'stridedSlice',
    'normal',
    (x) =>
      tf.stridedSlice(
        x,
        x.shape.map(() => 0),
        [...x.shape],
        x.shape.map(() => 2),
      ),
    {
      withoutGradient: 'tfjs has none',
    },
  ),
  unary('split', 'normal', (x) => {
    const parts = tf.split(tf.concat([x, tf.mul(x, 2)], 0), 2, 0)
    return tf.add(tf.mul(parts[0]!, 3), parts[1]!)
  }),
  {
    name: 'unstack',
    // tfjs's own gradient fails where there is a single part.
    uses: shapeOf(1, 3).map((shape) => ({
      inputs: [{ shape: [2, ...shape], kind: 'normal' }],
      fn: (x) => tf.addN(tf.unstack(x!, 0).map((row, i) => tf.mul(row, i + 1))),
    })),
  },
  {
    name: 'concat',
    uses: fc.tuple(shapeOf(1, 3), fc.nat(2), size).map(([shape, pick, more]) => {
      const axis = pick % shape.length
      return {
        inputs: [shape, shape.map((n, i) => (i === axis ? more : n))].map((s) => ({ shape: s, kind: 'normal' })),
        fn: (a, b) => tf.concat([a!, b!], axis),
      } satisfies Use
    }),
  },
  {
    name: 'stack',
    uses: fc.tuple(shapeOf(1, 3), fc.nat(3)).map(([shape, pick]) => ({
      inputs: [1, 2].map(() => ({ shape, kind: 'normal' as const })),
      fn: (a, b) => tf.stack([a!, b!], pick % (shape.length + 1)),
    })),
  },
  unary('cast', 'normal', (x) => tf.cast(tf.cast(tf.mul(x, 3), 'int32'), 'float32'), { withoutGradient: noGradient }),
  unary('fill, range, linspace', 'normal', (x) =>
    tf.add(
      tf.mul(tf.fill(x.shape, 3), x),
      tf.add(tf.sum(tf.range(0, 5)), tf.add(tf.sum(tf.linspace(0, 1, 4)), tf.add(tf.zerosLike(x), tf.onesLike(x)))),
    ),
  ),
  unary('clone', 'normal', (x) => tf.mul(tf.clone(x), 2)),

  {
    name: 'oneHot',
    uses: anyShape.map((shape) => ({
      inputs: [{ shape, kind: { below: 4 } }],
      fn: (x) => tf.oneHot(tf.cast(x!, 'int32'), 4, 2, -1),
    })),
    withoutGradient: noGradient,
  },
  {
    name: 'gather',
    uses: fc.tuple(shapeOf(1, 3), fc.nat(2), size).map(([shape, pick, count]) => {
      const axis = pick % shape.length
      return {
        inputs: [
          { shape, kind: 'normal' },
          { shape: [count], kind: { below: shape[axis]! } },
        ],
        fn: (x, at) => tf.gather(x!, tf.cast(at!, 'int32') as tf.Tensor1D, axis),
      } satisfies Use
    }),
  },
  {
    name: 'gather in batches',
    uses: fc.tuple(size, size, size).map(([batch, n, count]) => ({
      inputs: [
        { shape: [batch, n], kind: 'normal' },
        { shape: [batch, count], kind: { below: n } },
      ],
      fn: (x, at) => tf.gather(x!, tf.cast(at!, 'int32') as tf.Tensor2D, 1, 1),
    })),
  },
  {
    name: 'gatherND',
    uses: fc.tuple(size, size, size).map(([rows, columns, count]) => ({
      inputs: [
        { shape: [rows, columns], kind: 'normal' },
        { shape: [count, 1], kind: { below: rows } },
      ],
      fn: (x, at) => tf.gatherND(x!, tf.cast(at!, 'int32')),
    })),
    withoutGradient: 'tfjs has none',
  },
  {
    name: 'scatterND',
    uses: fc.tuple(size, size, size).map(([rows, columns, count]) => ({
      inputs: [
        { shape: [count, columns], kind: 'normal' },
        { shape: [count, 1], kind: { below: rows } },
      ],
      fn: (x, at) => tf.scatterND(tf.cast(at!, 'int32'), x!, [rows, columns]),
    })),
    withoutGradient: 'tfjs has none',
  },
  {
    name: 'tensorScatterUpdate',
    uses: fc.tuple(size, size).map(([rows, columns]) => ({
      inputs: [
        { shape: [rows, columns], kind: 'normal' },
        { shape: [1, columns], kind: 'normal' },
      ],
      fn: (x, update) => tf.tensorScatterUpdate(x!, tf.tensor2d([[rows - 1]], undefined, 'int32'), update!),
    })),
    withoutGradient: 'tfjs has none',
  },
  {
    name: 'unsortedSegmentSum',
    uses: fc.tuple(size, size, size).map(([rows, columns, segments]) => ({
      inputs: [
        { shape: [rows, columns], kind: 'normal' },
        { shape: [rows], kind: { below: segments } },
      ],
      fn: (x, ids) => tf.unsortedSegmentSum(x!, tf.cast(ids!, 'int32') as tf.Tensor1D, segments),
    })),
  },

  {
    name: 'losses: sigmoid and softmax cross-entropy, Huber, absolute',
    uses: fc.tuple(size, size).map(([rows, columns]) => ({
      inputs: [
        { shape: [rows, columns], kind: 'normal' },
        { shape: [rows, columns], kind: 'unit' },
      ],
      fn: (logits, labels) => {
        const probabilities = tf.softmax(labels!)
        return tf.addN([
          tf.losses.sigmoidCrossEntropy(probabilities, logits!),
          tf.losses.softmaxCrossEntropy(probabilities, logits!),
          tf.losses.huberLoss(labels!, logits!, undefined, 0.5),
          tf.losses.absoluteDifference(labels!, logits!),
        ])
      },
    })),
  },
]
