/**
 * Where 0 and 1 lie when scores of different environments are put together: our random agent (1,000 episodes; it honours action
 * masks, as in Taxi) and what counts as solved (Gymnasium's reward threshold, or the best return there is).
 */
export const anchors: Readonly<Record<string, { readonly random: number; readonly reference: number }>> = {
  'CartPole-v0': { random: 22.3, reference: 195 },
  'CartPole-v1': { random: 22.3, reference: 475 },
  'Acrobot-v1': { random: -498.8, reference: -100 },
  'MountainCar-v0': { random: -200, reference: -110 },
  'Catch-v0': { random: -0.66, reference: 1 },
  'LunarLander-v3': { random: -190.7, reference: 200 },
  'FrozenLake-v1': { random: 0.015, reference: 0.7 },
  'FrozenLake8x8-v1': { random: 0.002, reference: 0.85 },
  'Taxi-v4': { random: -187.8, reference: 8 },
}
