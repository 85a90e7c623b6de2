/** `gymnasium:CartPole-v1`: an environment of Python's Gymnasium. */
export function isGymnasiumId(id: string): boolean {
  return id.startsWith('gymnasium:')
}
