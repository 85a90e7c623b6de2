import type { DcganConfig, GanConfig } from './config.ts'
import { dcganNetworks } from './dcgan.ts'
import { checkSettings, createGanModel } from './gan-model.ts'
import { ganNetworks } from './gan.ts'
import type { ModelFactory } from './types.ts'

/** A plain GAN: one dense hidden layer in each network. */
export const gan: ModelFactory<GanConfig> = {
  create(context, config) {
    const { penalty, classes } = checkSettings(config, context, false)
    const { latent, hidden, slope } = config
    const networks = ganNetworks({ image: context.image, latent, hidden, slope, classes, twice: penalty > 0 })
    return createGanModel(context, config, networks, penalty)
  },
  networks: (image, classes, { latent, hidden, slope, conditional }) =>
    ganNetworks({ image, latent, hidden, slope, classes: conditional ? classes : 0 }),
}

/** Deep convolutional GAN. */
export const dcgan: ModelFactory<DcganConfig> = {
  create(context, config) {
    const { penalty, classes } = checkSettings(config, context, config.batchNorm)
    const { latent, channels, slope, batchNorm: judgesByBatch } = config
    const { image } = context
    const networks = dcganNetworks({ image, latent, channels, slope, classes, judgesByBatch, twice: penalty > 0 })
    return createGanModel(context, config, networks, penalty)
  },
  networks: (image, classes, { latent, channels, slope, batchNorm: judgesByBatch, conditional }) =>
    dcganNetworks({ image, latent, channels, slope, judgesByBatch, classes: conditional ? classes : 0 }),
}
