/**
 * The mathematics of tabular control: targets y, step sizes α and the move q ← q + α (y − q). A row holds q(s′, ·), one
 * number an action; `discount` is γ, or 0 after termination (the rows are then not read); a mask has one byte an action, 0 =
 * forbidden, and allows something.
 */

/** q + α (y − q) (Sutton and Barto 2018, equation 2.4). */
export function moved(q: number, target: number, stepSize: number): number {
  return q + stepSize * (target - q)
}

/** α = 1 / n(s, a)^p, n counting this update: 1 at the first (van Hasselt 2010, section 4, where p is 1 or 0.8). */
export function visitStepSize(n: number, power: number): number {
  return n ** -power
}

/** y = r + γ max_a q(s′, a) (Watkins 1989; Sutton and Barto 2018, equation 6.8). */
export function qLearningTarget(reward: number, discount: number, next: Float64Array, mask?: Uint8Array): number {
  return discount === 0 ? reward : reward + discount * maximum(next, mask)
}

/**
 * y = r + γ q_B(s′, argmax_a q_A(s′, a)) when table A is updated (van Hasselt 2010, algorithm 1, line 6; A and B swapped in
 * line 9). `updated` is A's row, `other` B's. Where several actions share A's maximum, y is the mean over them: what a
 * random choice among them gives on average.
 */
export function doubleQTarget(
  reward: number,
  discount: number,
  updated: Float64Array,
  other: Float64Array,
  mask?: Uint8Array,
): number {
  return discount === 0 ? reward : reward + discount * expectation(updated, other, 0, mask)
}

/** y = r + γ q(s′, a′), a′ the action taken in s′ (Rummery and Niranjan 1994; Sutton and Barto 2018, equation 6.7). */
export function sarsaTarget(reward: number, discount: number, nextValue: number): number {
  return discount === 0 ? reward : reward + discount * nextValue
}

/**
 * y = r + γ Σ_a π(a | s′) q(s′, a) (van Seijen et al. 2009; Sutton and Barto 2018, equation 6.9), π the ε-greedy policy of
 * `acted`. With two tables `acted` is their mean and `valued` the one that is not updated; with one they are the same row.
 */
export function expectedSarsaTarget(
  reward: number,
  discount: number,
  acted: Float64Array,
  valued: Float64Array,
  epsilon: number,
  mask?: Uint8Array,
): number {
  return discount === 0 ? reward : reward + discount * expectation(acted, valued, epsilon, mask)
}

/** Σ_a π(a) valued(a): π takes any allowed action with probability ε, else one of those where `acted` is largest. */
export function expectation(acted: Float64Array, valued: Float64Array, epsilon: number, mask?: Uint8Array): number {
  const best = maximum(acted, mask)
  let [sum, allowed, greedySum, greedy] = [0, 0, 0, 0]
  for (let a = 0; a < acted.length; a++) {
    if (mask !== undefined && mask[a] === 0) continue
    sum += valued[a]!
    allowed++
    if (acted[a] !== best) continue
    greedySum += valued[a]!
    greedy++
  }
  return epsilon * (sum / allowed) + (1 - epsilon) * (greedySum / greedy)
}

/** max_a over the allowed actions. */
export function maximum(row: Float64Array, mask?: Uint8Array): number {
  let best = -Infinity
  for (let a = 0; a < row.length; a++) if ((mask === undefined || mask[a] !== 0) && row[a]! > best) best = row[a]!
  return best
}
