/** Steps of all lanes, time × lanes each. */
export interface Trajectories {
  readonly lanes: number
  readonly reward: ArrayLike<number>
  /** V(s). */
  readonly value: ArrayLike<number>
  /** V(s′) of the true successor, before any reset. */
  readonly nextValue: ArrayLike<number>
  /** One byte each. */
  readonly terminated: ArrayLike<number>
  readonly truncated: ArrayLike<number>
}

/**
 * Generalised advantage estimation (Schulman et al. 2016, equation 16): Â = δ + γλ Â′ with δ = r + γ V(s′) − V(s). A terminated
 * episode has no V(s′), a truncated one has; neither lets an advantage through from the episode after it.
 * Writes time × lanes.
 */
export function generalisedAdvantages(steps: Trajectories, gamma: number, lambda: number, into: Float32Array): void {
  const { lanes, reward, value, nextValue, terminated, truncated } = steps
  for (let lane = 0; lane < lanes; lane++) {
    let following = 0
    for (let i = reward.length - lanes + lane; i >= 0; i -= lanes) {
      const successor = terminated[i] === 0 ? nextValue[i]! : 0
      const error = reward[i]! + gamma * successor - value[i]!
      const goesOn = terminated[i] === 0 && truncated[i] === 0
      following = error + (goesOn ? gamma * lambda * following : 0)
      into[i] = following
    }
  }
}
