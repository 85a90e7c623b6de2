/** A score with as many decimals as tell scores of its size apart: 475.2, 6.91, 0.736. */
export function scoreText(score: number): string {
  const size = Math.abs(score)
  return score.toFixed(size >= 10 || size === 0 ? 1 : size >= 1 ? 2 : 3)
}
