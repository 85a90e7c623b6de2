// Plays LunarLander-v3 as often as Gymnasium was recorded and compares means: random play and the heuristic controller.
//
//     npx tsx tests/parity/compare-lunar-lander.ts [SEED]
//
// Exits with 1 where a mean lies more than 3.3 standard errors off (one false alarm in a thousand).
import { distances, playLunarLander, recorded } from '../envs/lunar-statistics.ts'

const seed = Number(process.argv[2] ?? 1)
let off = 0
for (const theirs of recorded.statistics) {
  const ours = await playLunarLander(theirs, theirs.episodes, seed)
  const apart = distances(ours, theirs)
  console.log(`${theirs.policy} ${JSON.stringify(theirs.kwargs)}, ${theirs.episodes} episodes each`)
  for (const what of ['return', 'length'] as const) {
    const [p, q] = [ours[what], theirs[what]]
    const interval = (m: typeof p) =>
      `${m.mean.toFixed(1)} ± ${((1.96 * m.deviation) / Math.sqrt(theirs.episodes)).toFixed(1)}`
    console.log(
      `  ${what}: Ringside ${interval(p)}, Gymnasium ${interval(q)}, ${apart[what].toFixed(1)} standard errors`,
    )
  }
  console.log(
    `  landed: Ringside ${ours.landed}, Gymnasium ${theirs.landed}, ${apart.landed.toFixed(1)} standard errors`,
  )
  off += Object.values(apart).filter((z) => Math.abs(z) > 3.3).length
}
process.exitCode = off > 0 ? 1 : 0
