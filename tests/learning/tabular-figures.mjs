/**
 * Sutton and Barto's figures 6.4 (Sarsa keeps away from the cliff) and 6.5 (Q-learning takes the largest of noisy estimates
 * for the truth), with the agents and environments as they are. Prints the tables of docs/agents/tabular.md.
 *
 *     node tests/learning/tabular-figures.mjs [runs of figure 6.5] [runs of figure 6.4]
 */
import process from 'node:process'
import { createAgent } from '../../dist/agents/index.js'
import { createRng } from '../../dist/core/index.js'
import { makeVector } from '../../dist/envs/index.js'
import { createAgentExperiment } from '../../dist/runner/run/agent-experiment.js'
import { createTimings } from '../../dist/runner/run/trackers.js'

const [biasRuns = 10_000, cliffRuns = 100] = process.argv.slice(2).map(Number)
const mean = (numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length

/** Plays `episodes` episodes while learning; `at(k, agent)` is called after the k-th. */
async function learn(name, id, settings, seed, episodes, at = () => {}) {
  const env = await makeVector(id, { lanes: 1 })
  const { observationSpace, actionSpace } = env
  const rng = createRng(seed, 'agent')
  // No engine: tables need none.
  const context = { observationSpace, actionSpace, lanes: 1, engine: {}, rng, steps: 1 }
  const agent = await createAgent(name, context, settings)
  const exploration = createRng(seed, 'exploration')
  const experiment = createAgentExperiment({ agent, env, rng: exploration, seed, timings: createTimings() })
  const ended = []
  const follower = {
    episode(episode) {
      ended.push(episode)
      at(ended.length, agent)
    },
  }
  while (ended.length < episodes) experiment.advance({ untilStep: experiment.step + 1, deadline: Infinity }, follower)
  experiment.close()
  return ended
}

const row = (cells) => console.log(`| ${cells.join(' | ')} |`)

const marks = [1, 5, 10, 20, 50, 100, 200, 300]
console.log(`\nFigure 6.5, ${biasRuns} runs: % of episodes that go left (optimal: 5)`)
row(['agent', ...marks.map((k) => `episode ${k}`)])
row(['---', ...marks.map(() => '---')])
const biases = []
for (const name of ['q-learning', 'double-q-learning', 'sarsa', 'expected-sarsa']) {
  const left = marks.map(() => 0)
  const best = marks.map(() => [])
  const over = []
  for (let seed = 0; seed < biasRuns; seed++) {
    const episodes = await learn(
      name,
      'MaximizationBias-v0',
      { gamma: 1, learningRate: 0.1, epsilon: 0.1 },
      seed,
      300,
      (k, agent) => {
        const mark = marks.indexOf(k)
        if (mark >= 0) best[mark].push(Math.max(...agent.explain(Int32Array.of(1)).q))
        if (k === 100) over.push(agent.metrics().overestimation)
      },
    )
    // Two steps: through B.
    marks.forEach((k, i) => (left[i] += episodes[k - 1].length === 2 ? 1 : 0))
  }
  row([name, ...left.map((count) => ((100 * count) / biasRuns).toFixed(1))])
  biases.push([name, ...best.map((values) => mean(values).toFixed(3)), mean(over).toFixed(3)])
}
console.log('\nmax_a q(B, a) after as many episodes (truth: −0.1), and `overestimation` after 100')
row(['agent', ...marks, 'overestimation'])
row(['---', ...marks.map(() => '---'), '---'])
biases.forEach(row)

console.log(`\nFigure 6.4, ${cliffRuns} runs: mean return of the episodes while learning (ε 0.1, step size 0.5)`)
const spans = [
  [1, 10],
  [11, 50],
  [51, 100],
  [101, 300],
  [301, 500],
]
row(['agent', ...spans.map(([from, to]) => `${from} to ${to}`)])
row(['---', ...spans.map(() => '---')])
for (const name of ['q-learning', 'double-q-learning', 'sarsa', 'expected-sarsa']) {
  const sums = spans.map(() => 0)
  for (let seed = 0; seed < cliffRuns; seed++) {
    const episodes = await learn(name, 'CliffWalking-v1', { gamma: 1, learningRate: 0.5, epsilon: 0.1 }, seed, 500)
    spans.forEach(([from, to], i) => (sums[i] += mean(episodes.slice(from - 1, to).map((e) => e.return))))
  }
  row([name, ...sums.map((sum) => (sum / cliffRuns).toFixed(1))])
}
