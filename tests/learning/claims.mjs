/**
 * What we say agents learn: the best score reaches `threshold` on at least `atLeast` of `seeds` seeds, and in the short
 * check on `quick.atLeast` of the first `quick.seeds`.
 */
export const claims = [
  {
    agent: 'double-dqn',
    env: 'CartPole-v1',
    threshold: 475,
    seeds: 10,
    atLeast: 9,
    quick: { seeds: 3, atLeast: 2 },
  },
  // 500,000 steps of few updates: half a minute.
  { agent: 'dqn', env: 'CartPole-v1', threshold: 475, seeds: 4, atLeast: 3, quick: { seeds: 1, atLeast: 1 } },
  { agent: 'double-dqn', env: 'Acrobot-v1', threshold: -80, seeds: 3, atLeast: 3, quick: { seeds: 0, atLeast: 0 } },
  {
    agent: 'double-dqn',
    env: 'MountainCar-v0',
    threshold: -115,
    seeds: 3,
    atLeast: 3,
    quick: { seeds: 0, atLeast: 0 },
  },
  { agent: 'ppo', env: 'CartPole-v1', threshold: 475, seeds: 3, atLeast: 3, quick: { seeds: 1, atLeast: 1 } },
  { agent: 'ppo', env: 'Acrobot-v1', threshold: -100, seeds: 3, atLeast: 3, quick: { seeds: 0, atLeast: 0 } },
  { agent: 'ppo', env: 'Pendulum-v1', threshold: -250, seeds: 3, atLeast: 3, quick: { seeds: 0, atLeast: 0 } },
]
