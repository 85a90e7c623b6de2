// Plays our five MinAtar games as record-minatar.py played the package, and compares means.
//
//     npm run build && node tests/parity/minatar/equivalence.mjs [SCALE]
//
// Two one-sided tests (Welch) at ±5 % of the package's mean; "equivalent" when both reject at 5 %, which is when the 90 %
// interval of the difference lies inside the margin. The 95 % interval is shown. SCALE multiplies our numbers of episodes.

import { readFileSync } from 'node:fs'
import { createRng, make } from '../../../dist/envs/index.js'
import { policies } from './policies.mjs'

const scale = Number(process.argv[2] ?? 1)
const margin = 0.05
const limit = 5000
const recorded = JSON.parse(readFileSync(new URL('../../envs/fixtures/minatar/statistics.json', import.meta.url)))

async function play(name, policy, episodes) {
  const env = await make(`MinAtar/${name}-v1`, { checker: false, orderEnforcing: false })
  const six = ['no-op', 'left', 'up', 'right', 'down', 'fire']
  const indexOf = six.map((action) => env.actionMeanings.indexOf(action))
  const rng = createRng(2)
  const [returns, lengths] = [new Float64Array(episodes), new Float64Array(episodes)]
  env.reset({ seed: 1 })
  for (let episode = 0; episode < episodes; episode++) {
    let { observation } = env.reset()
    for (let over = false; !over && lengths[episode] < limit; lengths[episode]++) {
      const action = policy === 'random' ? rng.int(env.actionSpace.n) : indexOf[policies[name](observation)]
      const result = env.step(action)
      observation = result.observation
      over = result.terminated
      returns[episode] += result.reward
    }
  }
  return { return: summary(returns), length: summary(lengths) }
}

function summary(values) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1)
  return { mean, standardError: Math.sqrt(variance / values.length) }
}

console.log('| game | policy | mean | package | ours | difference, 95 % interval | of the mean | at ±5 % |')
console.log('|---|---|---|---|---|---|---|---|')
let failed = 0
for (const [name, byPolicy] of Object.entries(recorded.games)) {
  for (const [policy, theirs] of Object.entries(byPolicy)) {
    const ours = await play(name, policy, Math.ceil(theirs.episodes * scale))
    for (const what of ['return', 'length']) {
      const [a, b] = [theirs[what], ours[what]]
      const difference = b.mean - a.mean
      const error = Math.hypot(a.standardError, b.standardError)
      const equivalent = Math.abs(difference) + 1.645 * error < margin * a.mean
      const differs = Math.abs(difference) > 1.96 * error
      if (!equivalent) failed++
      const verdict = equivalent ? 'equivalent' : differs ? 'different' : 'undecided'
      const digits = a.mean < 10 ? 3 : 1
      const [low, high] = [difference - 1.96 * error, difference + 1.96 * error].map((x) => x.toFixed(digits))
      const percent = ((100 * difference) / a.mean).toFixed(1)
      console.log(
        `| ${name} | ${policy} | ${what} | ${a.mean.toFixed(digits)} | ${b.mean.toFixed(digits)} | ` +
          `${difference.toFixed(digits)} (${low} … ${high}) | ${percent} % | ${verdict} |`,
      )
    }
  }
}
process.exitCode = failed > 0 ? 1 : 0
