/**
 * What we say agents learn: the best score reaches `threshold` on at least `atLeast` of `seeds` seeds, and in the short
 * check on `quick.atLeast` of the first `quick.seeds`.
 */
export const claims = [
  cartPole('double-dqn', { seeds: 2, atLeast: 1 }),
  ...['dqn', 'rainbow'].map((agent) => cartPole(agent, { seeds: 3, atLeast: 2 })),
  ...[
    'prioritized-dqn',
    'dueling-dqn',
    'n-step-dqn',
    'noisy-dqn',
    'c51',
    'qr-dqn',
    'iqn',
    'munchausen-dqn',
    'drqn',
  ].map((agent) => cartPole(agent, { seeds: 1, atLeast: 1 })),
  // Half of all turns right is 0.95, all of them 3.0.
  { agent: 'drqn', env: 'TMaze-v0', threshold: 2, seeds: 5, atLeast: 4, quick: { seeds: 1, atLeast: 1 } },
  { agent: 'double-dqn', env: 'Acrobot-v1', threshold: -80, seeds: 3, atLeast: 3, quick: { seeds: 0, atLeast: 0 } },
  {
    agent: 'double-dqn',
    env: 'MountainCar-v0',
    threshold: -115,
    seeds: 3,
    atLeast: 3,
    quick: { seeds: 0, atLeast: 0 },
  },
  // A best score of 154 is the Zoo's; three minutes a seed.
  ...['dqn', 'double-dqn'].map((agent) => ({
    ...{ agent, env: 'LunarLander-v3', threshold: 140, seeds: 3, atLeast: 2, quick: { seeds: 0, atLeast: 0 } },
  })),
  // Every ball caught, from pixels.
  { agent: 'dqn', env: 'Catch-v0', threshold: 0.9, seeds: 3, atLeast: 3, quick: { seeds: 1, atLeast: 1 } },
  { agent: 'rainbow', env: 'Catch-v0', threshold: 0.9, seeds: 3, atLeast: 3, quick: { seeds: 1, atLeast: 1 } },
  ...tabular('FrozenLake-v1', 0.7, ['score.episodes=1000']),
  ...tabular('FrozenLake8x8-v1', 0.85, ['score.episodes=1000'], ['q-learning', 'double-q-learning']),
  ...tabular('FrozenLake8x8-v1', 0.8, ['score.episodes=1000'], ['sarsa', 'expected-sarsa']),
  ...tabular('Taxi-v4', 7.5, ['score.episodes=1000']),
  // The way along the edge, and the way a row or two above it.
  ...tabular('CliffWalking-v1', -13, [], ['q-learning', 'double-q-learning']),
  ...tabular('CliffWalking-v1', -17, [], ['sarsa', 'expected-sarsa']),
  { agent: 'ppo', env: 'CartPole-v1', threshold: 475, seeds: 3, atLeast: 3, quick: { seeds: 1, atLeast: 1 } },
  { agent: 'ppo', env: 'Acrobot-v1', threshold: -100, seeds: 3, atLeast: 3, quick: { seeds: 0, atLeast: 0 } },
  { agent: 'ppo', env: 'Pendulum-v1', threshold: -250, seeds: 3, atLeast: 3, quick: { seeds: 0, atLeast: 0 } },
]

function cartPole(agent, quick) {
  return { agent, env: 'CartPole-v1', threshold: 475, seeds: 10, atLeast: 9, quick }
}

/** Tables learn in a second or two; their scores are of 1,000 episodes where luck would move those of 100. */
function tabular(env, threshold, settings, agents = ['q-learning', 'double-q-learning', 'sarsa', 'expected-sarsa']) {
  const quick = { seeds: 1, atLeast: 1 }
  return agents.map((agent) => ({ agent, env, threshold, settings, seeds: 10, atLeast: 10, quick }))
}
