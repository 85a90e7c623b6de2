import type { AnyRunConfig, ModelRunConfig } from '../types.ts'

/** A run trains a generative model where its config names one, and an agent otherwise. */
export function isModelConfig(config: AnyRunConfig): config is ModelRunConfig {
  return 'model' in config
}
