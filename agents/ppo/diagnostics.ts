/** 1 − Var(returns − values) / Var(returns): 1 is perfect, below 0 worse than the mean; 0 where returns do not vary. */
export function explainedVariance(values: Float32Array, returns: Float32Array): number {
  const spread = variance(returns)
  return spread === 0 ? 0 : 1 - variance(returns.map((r, i) => r - values[i]!)) / spread
}

function variance(x: Float32Array): number {
  let mean = 0
  for (let i = 0; i < x.length; i++) mean += x[i]! / x.length
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += (x[i]! - mean) ** 2
  return sum / x.length
}
