import { tf } from '../../engine/tfjs.ts'

/** Lower than any value of an allowed action. */
const forbidden = -1e30

/** q where the mask allows, and far below everywhere else. Both batch × actions; the mask is 0 or 1. */
export function masked(q: tf.Tensor, mask: tf.Tensor | undefined): tf.Tensor {
  return mask === undefined ? q : tf.where(tf.greater(mask, 0), q, tf.fill([1, 1], forbidden))
}

/** q(s, a) of the actions taken. `q`: batch × actions; `action`: batch, int32, from 0. */
export function chosenQ(q: tf.Tensor, action: tf.Tensor): tf.Tensor {
  return tf.sum(tf.mul(q, tf.cast(tf.oneHot(action as tf.Tensor1D, q.shape[1]!), 'float32')), 1)
}

/** The entries of one action each. `values`: batch × actions × n; `chosen`: batch × actions, one-hot or a policy; gives batch × n. */
export function mixActions(values: tf.Tensor, chosen: tf.Tensor): tf.Tensor {
  return tf.sum(tf.mul(values, tf.expandDims(chosen, 2)), 1)
}

/**
 * One-hot float32 of the best action, batch × actions. With q of the target network y = R + discount · max_a q(s′, a; w⁻)
 * (Mnih et al. 2015, algorithm 1); with that of the online network y = R + discount · q(s′, argmax_a q(s′, a; w); w⁻) (van
 * Hasselt, Guez and Silver 2015, equation 4).
 */
export function greedy(q: tf.Tensor): tf.Tensor {
  return tf.cast(tf.oneHot(tf.argMax(q, 1) as tf.Tensor1D, q.shape[1]!), 'float32')
}

/** `count` values from `min` to `max`, evenly spread: the atoms zᵢ of C51 (Bellemare, Dabney and Munos 2017, section 4). */
export function atomsBetween(min: number, max: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => min + ((max - min) * i) / (count - 1))
}

/**
 * The distribution of R + discount · Z on the atoms of Z (Bellemare et al. 2017, algorithm 1): each atom moves to
 * R + discount · zⱼ, is cut to the ends, and shares its probability between its two neighbours. `probabilities`: batch ×
 * atoms, of s′; `atoms`: evenly spread; gives batch × atoms.
 */
export function categoricalProjection(
  atoms: Float32Array,
  reward: tf.Tensor,
  discount: tf.Tensor,
  probabilities: tf.Tensor,
): tf.Tensor {
  const [min, max] = [atoms[0]!, atoms.at(-1)!]
  const spacing = (max - min) / (atoms.length - 1)
  const moved = tf.add(tf.expandDims(reward, 1), tf.mul(tf.expandDims(discount, 1), tf.tensor(atoms)))
  // Where it lies, counted in atoms.
  const place = tf.div(tf.sub(tf.clipByValue(moved, min, max), min), spacing)
  // batch × i × j: what share of the moved atom j belongs to atom i.
  const distance = tf.abs(tf.sub(tf.expandDims(place, 1), tf.reshape(tf.range(0, atoms.length), [1, -1, 1])))
  const share = tf.relu(tf.sub(1, distance))
  const shared = tf.matMul(share as tf.Tensor3D, tf.expandDims(probabilities, 2) as tf.Tensor3D)
  return tf.reshape(shared, [-1, atoms.length])
}

/** τ log π(a | s) of the softmax policy π = softmax(q / τ), batch × actions, without overflow (Vieillard et al. 2020, appendix B.1). */
export function scaledLogPolicy(q: tf.Tensor, temperature: number): tf.Tensor {
  const shifted = tf.sub(q, tf.max(q, 1, true))
  const normaliser = tf.log(tf.sum(tf.exp(tf.div(shifted, temperature)), 1, true))
  return tf.sub(shifted, tf.mul(temperature, normaliser))
}

/** π = softmax(q / τ), batch × actions. */
export function softPolicy(q: tf.Tensor, temperature: number): tf.Tensor {
  return tf.exp(tf.div(scaledLogPolicy(q, temperature), temperature))
}

/**
 * The scaled log-policy that Munchausen adds to the reward: α · [τ log π(a | s; w⁻)] cut to [clip, 0] (Vieillard, Pietquin
 * and Geist 2020, equation 1 and section 4). `q`: of the target network at s; `action`: batch.
 */
export function munchausenBonus(
  q: tf.Tensor,
  action: tf.Tensor,
  alpha: number,
  temperature: number,
  clip: number,
): tf.Tensor {
  return tf.mul(alpha, tf.clipByValue(chosenQ(scaledLogPolicy(q, temperature), action), clip, 0))
}

const rescalingEpsilon = 1e-3

/** h(x) = sign(x)(√(|x| + 1) − 1) + εx, ε = 10⁻³ (Pohlen et al. 2018, section 3.2). */
export function rescale(x: tf.Tensor): tf.Tensor {
  const root = tf.sub(tf.sqrt(tf.add(tf.abs(x), 1)), 1)
  return tf.add(tf.mul(tf.sign(x), root), tf.mul(rescalingEpsilon, x))
}

/** h⁻¹(x) = sign(x)(((√(1 + 4ε(|x| + 1 + ε)) − 1) / 2ε)² − 1) (Pohlen et al. 2018, proposition A.2). */
export function unscale(x: tf.Tensor): tf.Tensor {
  const e = rescalingEpsilon
  const root = tf.sqrt(tf.add(1, tf.mul(4 * e, tf.add(tf.abs(x), 1 + e))))
  return tf.mul(tf.sign(x), tf.sub(tf.square(tf.div(tf.sub(root, 1), 2 * e)), 1))
}

/** The same of a number. */
export function unscaled(x: number): number {
  const e = rescalingEpsilon
  const root = Math.sqrt(1 + 4 * e * (Math.abs(x) + 1 + e))
  return Math.sign(x) * (((root - 1) / (2 * e)) ** 2 - 1)
}
