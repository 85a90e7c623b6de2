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
]
