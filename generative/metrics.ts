/** Named numbers of one moment: losses, probabilities. */
export type Metrics = Readonly<Record<string, number>>
