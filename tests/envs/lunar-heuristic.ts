/** Gymnasium's hand-written controller for LunarLander, discrete actions. */
export function lunarHeuristic(observation: ArrayLike<number>): number {
  const [x = 0, y = 0, xSpeed = 0, ySpeed = 0, tilt = 0, spin = 0, right, left] = Array.from(observation)
  const onGround = right === 1 || left === 1
  const wantedTilt = Math.min(Math.max(0.5 * x + xSpeed, -0.4), 0.4)
  const turn = onGround ? 0 : 0.5 * (wantedTilt - tilt) - spin
  const lift = onGround ? -0.5 * ySpeed : 0.5 * (0.55 * Math.abs(x) - y) - 0.5 * ySpeed
  if (lift > Math.abs(turn) && lift > 0.05) return 2
  return turn < -0.05 ? 3 : turn > 0.05 ? 1 : 0
}
