import type { Graph } from '../graph/graph.ts'
import { broadcastShapes, sizeOf, uniformConstant, type Value } from '../graph/value.ts'
import type { OnnxType } from '../onnx/model.ts'
import { cast, input, lower, type KernelInputs } from './registry.ts'

const float = 'float32'

// Comparisons and logic give bool.
for (const [kernel, op] of Object.entries({
  Greater: 'Greater',
  GreaterEqual: 'GreaterOrEqual',
  Less: 'Less',
  LessEqual: 'LessOrEqual',
  Equal: 'Equal',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
})) {
  lower(kernel, (g, x) => {
    const operands = [input(x, 'a'), input(x, 'b')]
    return g.elementwise(op, op === 'And' || op === 'Or' ? operands : operands.map((v) => numeric(g, v)), 'bool')
  })
}
lower('NotEqual', (g, x) => {
  const equal = g.elementwise('Equal', [numeric(g, input(x, 'a')), numeric(g, input(x, 'b'))], 'bool')
  return g.elementwise('Not', [equal], 'bool')
})
lower('LogicalNot', (g, { x }) => g.elementwise('Not', [x!], 'bool'))

lower('Add', (g, x) => {
  const [a, b] = pair(x)
  if (uniformConstant(b) === 0) return widened(g, a, b)
  if (uniformConstant(a) === 0) return widened(g, b, a)
  return g.elementwise('Add', [a, b])
})
lower('Sub', (g, x) => {
  const [a, b] = pair(x)
  return uniformConstant(b) === 0 ? widened(g, a, b) : g.elementwise('Sub', [a, b])
})
lower('Multiply', (g, x) => {
  const [a, b] = operands(x)
  if (isLogic(x)) return g.elementwise('And', [a, b])
  for (const [value, factor] of [
    [a, b],
    [b, a],
  ] as const) {
    const number = uniformConstant(factor)
    if (number === 1) return widened(g, value, factor)
    if (number === -1) return g.elementwise('Neg', [widened(g, value, factor)])
    // A product with a cast comparison is a selection; its zero also stops an infinity times nought.
    if (
      factor.mask !== undefined &&
      factor.dtype === float &&
      sizeOf(value.physicalShape) >= sizeOf(factor.physicalShape)
    ) {
      return g.elementwise('Where', [factor.mask, value, g.scalar(0)], float)
    }
  }
  return g.elementwise('Mul', [a, b])
})
lower('RealDiv', (g, x) => {
  const [a, b] = pair(x)
  return uniformConstant(b) === 1 ? widened(g, a, b) : g.elementwise('Div', [a, b])
})
lower('SquaredDifference', (g, x) => {
  const difference = g.elementwise('Sub', pair(x))
  return g.elementwise('Mul', [difference, difference])
})
lower('FloorDiv', (g, x) => {
  // In float64, as JavaScript does: float32 holds no integers beyond 2²⁴, and division of integers by 0 ends the process.
  const [a, b] = pair(x)
  const quotient = g.elementwise('Div', [cast(g, a, 'float64'), cast(g, b, 'float64')])
  return cast(g, g.elementwise('Floor', [quotient]), 'int32')
})
lower('Mod', (g, x) => {
  const [a, b] = pair(x)
  const through = a.dtype === 'int32' ? 'float64' : float
  const [fa, fb] = [cast(g, a, through), cast(g, b, through)]
  const floor = g.elementwise('Floor', [g.elementwise('Div', [fa, fb])])
  return cast(g, g.elementwise('Sub', [fa, g.elementwise('Mul', [floor, fb])]), a.dtype)
})
lower('Pow', (g, x) => g.elementwise('Pow', pair(x)))
lower('Maximum', (g, x) => g.elementwise(isLogic(x) ? 'Or' : 'Max', operands(x)))
lower('Minimum', (g, x) => g.elementwise(isLogic(x) ? 'And' : 'Min', operands(x)))
lower('AddN', (g, x) => Object.values(x).reduce((a, b) => g.elementwise('Add', [a, b])))

// Functions of one float that ONNX has under one name.
for (const [kernel, op] of Object.entries({
  Neg: 'Neg',
  Abs: 'Abs',
  Exp: 'Exp',
  Log: 'Log',
  Sqrt: 'Sqrt',
  Reciprocal: 'Reciprocal',
  Sign: 'Sign',
  Floor: 'Floor',
  Ceil: 'Ceil',
  Round: 'Round',
  Sigmoid: 'Sigmoid',
  Tanh: 'Tanh',
  Softplus: 'Softplus',
  Selu: 'Selu',
  Erf: 'Erf',
  Sin: 'Sin',
  Cos: 'Cos',
  Tan: 'Tan',
  Asin: 'Asin',
  Acos: 'Acos',
  Atan: 'Atan',
  Sinh: 'Sinh',
  Cosh: 'Cosh',
  Asinh: 'Asinh',
  Acosh: 'Acosh',
  Atanh: 'Atanh',
  Elu: 'Elu',
})) {
  lower(kernel, (g, { x }) => g.elementwise(op, [x!]))
}
lower('Square', (g, { x }) => g.elementwise('Mul', [x!, x!]))
lower('Rsqrt', (g, { x }) => g.elementwise('Reciprocal', [g.elementwise('Sqrt', [x!])]))
lower('Log1p', (g, { x }) => {
  // 1 + x forgets a small x: log(1 + x) = 2 · artanh(x / (2 + x)).
  const ratio = g.elementwise('Div', [x!, g.elementwise('Add', [x!, g.scalar(2)])])
  const near = g.elementwise('Mul', [g.elementwise('Atanh', [ratio]), g.scalar(2)])
  const far = g.elementwise('Log', [g.elementwise('Add', [x!, g.scalar(1)])])
  const isSmall = g.elementwise('Less', [g.elementwise('Abs', [x!]), g.scalar(0.5)], 'bool')
  return g.elementwise('Where', [isSmall, near, far], float)
})
lower('Expm1', (g, { x }) => {
  // exp(x) − 1 forgets a small x; this is the same.
  const half = g.elementwise('Tanh', [g.elementwise('Mul', [x!, g.scalar(0.5)])])
  return g.elementwise('Mul', [half, g.elementwise('Add', [g.elementwise('Exp', [x!]), g.scalar(1)])])
})
lower('IsNan', (g, { x }) => g.elementwise('IsNaN', [x!], 'bool'))
lower('IsInf', (g, { x }) => g.elementwise('IsInf', [x!], 'bool'))
lower('IsFinite', (g, { x }) => {
  // Infinity minus itself, and NaN minus itself, are NaN.
  const difference = g.elementwise('Sub', [x!, x!])
  return g.elementwise('Not', [g.elementwise('IsNaN', [difference], 'bool')], 'bool')
})
lower('Relu', (g, { x }) => {
  const out = g.elementwise('Relu', [x!])
  x!.relu = out
  return out
})
lower('Relu6', (g, { x }) => g.elementwise('Clip', [x!, g.scalar(0), g.scalar(6)]))
lower<{ alpha: number }>('LeakyRelu', (g, { x }, { alpha }) => leakyRelu(g, x!, alpha))
lower('Prelu', (g, { x, alpha }) =>
  g.elementwise('Where', [atLeastZero(g, x!), x!, g.elementwise('Mul', [x!, alpha!])], float),
)
lower('EluGrad', (g, { dy, y }) =>
  g.elementwise(
    'Where',
    [atLeastZero(g, y!), dy!, g.elementwise('Mul', [dy!, g.elementwise('Add', [y!, g.scalar(1)])])],
    float,
  ),
)
lower<{ alpha?: number }>('Step', (g, { x }, { alpha }) => {
  const positive = g.elementwise('Greater', [x!.relu ?? x!, g.scalar(0)], 'bool')
  return alpha ? g.elementwise('Where', [positive, g.scalar(1), g.scalar(alpha)], float) : cast(g, positive, float)
})
lower<{ clipValueMin: number; clipValueMax: number }>('ClipByValue', (g, { x }, { clipValueMin, clipValueMax }) =>
  g.elementwise('Clip', [x!, g.scalar(clipValueMin, x!.dtype), g.scalar(clipValueMax, x!.dtype)]),
)
lower('Select', (g, { condition, t, e }) => {
  const rowwise = condition!.shape.length === 1 && t!.shape.length > 1
  const where = rowwise ? g.reshape(condition!, [condition!.shape[0]!, ...t!.shape.slice(1).map(() => 1)]) : condition!
  return g.elementwise('Where', [where, t!, e!], t!.dtype)
})

lower<{ dtype: OnnxType }>('Cast', (g, { x }, { dtype }) => {
  // tfjs truncates towards zero, as ONNX does.
  return cast(g, x!, dtype)
})
lower('Identity', (_, { x }) => x!)
lower('ZerosLike', (g, { x }) => g.fill(0, x!.shape, x!.dtype))
lower('OnesLike', (g, { x }) => g.fill(1, x!.shape, x!.dtype))
lower<{ shape: number[]; value: number; dtype?: OnnxType }>('Fill', (g, _, { shape, value, dtype }) =>
  g.fill(value, shape, dtype ?? float),
)

/** A fused activation of tfjs (`relu`, `leakyrelu`, …) on a value. */
export function activate(
  graph: Graph,
  value: Value,
  activation: string | undefined | null,
  leakyReluAlpha = 0.2,
): Value {
  switch (activation ?? 'linear') {
    case 'linear':
      return value
    case 'relu': {
      const out = graph.elementwise('Relu', [value])
      value.relu = out
      return out
    }
    case 'relu6':
      return graph.elementwise('Clip', [value, graph.scalar(0), graph.scalar(6)])
    case 'elu':
      return graph.elementwise('Elu', [value])
    case 'sigmoid':
      return graph.elementwise('Sigmoid', [value])
    case 'leakyrelu':
      return leakyRelu(graph, value, leakyReluAlpha)
    default:
      throw new Error(`the fused activation "${activation}" has no lowering`)
  }
}

function leakyRelu(graph: Graph, value: Value, alpha: number): Value {
  return graph.elementwise('LeakyRelu', [value], float, { alpha: { float: alpha } })
}

function atLeastZero(graph: Graph, value: Value): Value {
  return graph.elementwise('GreaterOrEqual', [value, graph.scalar(0)], 'bool')
}

function operands(inputs: KernelInputs): [Value, Value] {
  return [input(inputs, 'a'), input(inputs, 'b')]
}

function isLogic(inputs: KernelInputs): boolean {
  return operands(inputs).every(({ dtype }) => dtype === 'bool')
}

/** Two numbers. */
function pair(inputs: KernelInputs): [Value, Value] {
  if (isLogic(inputs))
    throw new Error(
      'both operands are bool; cast one to int32 or float32 to calculate, or use tf.logicalOr and the like',
    )
  return operands(inputs)
}

/** `value` as wide as it becomes beside `other`, which changes nothing else. */
function widened(graph: Graph, value: Value, other: Value): Value {
  return graph.broadcast(value, broadcastShapes(value.shape, other.shape))
}

/** ONNX compares numbers; a bool is compared as int32. */
function numeric(graph: Graph, value: Value): Value {
  return value.dtype === 'bool' ? cast(graph, value, 'int32') : value
}
