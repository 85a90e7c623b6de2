import type { ModelRunConfig, ProgressEvent } from '../run/types.ts'

/** A training that is over sooner is waited for. */
const patience = 600

/**
 * What a person should know early of a training that takes long: how long an epoch takes and all of them, and what makes it
 * shorter. Undefined for one that is over in ten minutes, and before there is a rate.
 */
export function slowWord(
  { epochs, model, dataset }: Pick<ModelRunConfig, 'epochs' | 'model' | 'dataset'>,
  { step, steps, stepsPerSecond, etaSeconds, model: measured }: ProgressEvent,
): string | undefined {
  if (measured === undefined || !(measured.epoch > 0) || !(etaSeconds >= patience) || !(stepsPerSecond > 0))
    return undefined
  const perEpoch = Math.round(step / measured.epoch)
  const { channels, hidden } = model as { channels?: unknown; hidden?: unknown }
  const { height, width } = dataset as { height?: unknown; width?: unknown }
  const smaller = (name: string, value: unknown): string[] =>
    typeof value === 'number' && value >= 32 ? [`--set ${name}=${value / 4}`] : []
  const shorter = [
    ...(epochs > 1 ? ['fewer --epochs'] : ['--steps']),
    ...smaller('channels', channels),
    ...smaller('hidden', hidden),
    ...(typeof height === 'number' && typeof width === 'number' && height * width > 32 * 32
      ? ['--set dataset.height=32 --set dataset.width=32']
      : []),
  ]
  const whole =
    perEpoch < steps ? `an epoch of ${perEpoch.toLocaleString('en')} steps ${spell(perEpoch / stepsPerSecond)}, ` : ''
  return (
    `A step takes ${spell(1 / stepsPerSecond)} here: ${whole}the ${(steps - step).toLocaleString('en')} that are left ` +
    `${spell(etaSeconds)}. What makes it shorter: ${shorter.join(', or ')}.`
  )
}

/** 0.25 s, 17 s, 21 min, 8.8 h. */
function spell(seconds: number): string {
  if (seconds < 100) return `${seconds < 10 ? Number(seconds.toPrecision(2)) : Math.round(seconds)} s`
  return seconds < 6000 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`
}
