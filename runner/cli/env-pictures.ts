import { dirname, extname } from 'node:path'
import { usageError } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import { envSpecs, make } from '../../envs/index.ts'
import { contactSheet, encodePng, paintScene, type Picture } from '../../render/index.ts'
import { makeFolder, writeFileAtomic } from '../run/files.ts'

/** Random steps before a picture is taken. */
const steps = 24

/** One PNG with every registered environment as it looks after some random steps; of versions that look alike the newest. */
export async function writeEnvPictures(path: string): Promise<void> {
  if (extname(path).toLowerCase() !== '.png') throw usageError(`--pictures expects a .png file, got "${path}".`)
  const ids = envSpecs().map(({ id }) => id)
  const isNewest = (id: string): boolean => {
    const [name, version] = id.split(/-v(?=\d+$)/) as [string, string]
    return !ids.some((other) => other.startsWith(`${name}-v`) && Number(other.slice(name.length + 2)) > Number(version))
  }
  const pictures: Picture[] = []
  for (const id of ids.filter(isNewest)) {
    const env = await make(id)
    const rng = createRng(4)
    env.reset({ seed: 4 })
    for (let i = 0; i < steps; i++) {
      const { terminated, truncated } = env.step(env.actionSpace.sample(rng))
      // An episode's last moment may be its dullest.
      if (terminated || truncated) env.reset()
    }
    pictures.push({ title: id, scene: env.render() })
    env.close()
  }
  makeFolder(dirname(path))
  writeFileAtomic(path, encodePng(await paintScene(contactSheet(pictures), { width: 1176 })))
}
