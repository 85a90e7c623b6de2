import { readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { messageOf, RingsideError, usageError } from '../../core/errors.ts'
import { createResize, grayscale, type Resize } from '../../core/raster/index.ts'
import { openImageDecoder, type DecodedImage } from './decode-image.ts'
import type { FolderConfig } from './config.ts'
import { imagesFrom } from './images-from.ts'
import type { Dataset, DatasetContext, DatasetFactory } from './types.ts'

export const factory: DatasetFactory<FolderConfig> = { open }

const endings = new Set(['.png', '.jpg', '.jpeg'])
/** Files that cannot be read and are named one by one; of more, the number is told. */
const named = 10

/**
 * All pictures under a folder, resized by area. The folders directly in it are classes, in the order of their names; pictures
 * that lie in no folder have no labels, and then none has. Hidden files and other kinds are passed over, broken ones named.
 */
async function open(config: FolderConfig, context: DatasetContext): Promise<Dataset> {
  const { path, height, width, channels, fit } = config
  const image = { height, width, channels }
  const { files, classes, passedOver } = listPictures(path)
  if (files.length === 0)
    throw usageError(`"${path}" holds no picture: expected PNG or JPEG files in it or in folders in it.`)
  if (classes.length > 256) throw usageError(`"${path}" has ${classes.length} folders; at most 256 classes fit.`)
  const decode = await openImageDecoder()
  const shrink = shrinker(config)
  const images = new Uint8Array(files.length * height * width * channels)
  const labels: number[] = []
  const broken: string[] = []
  const bytes = height * width * channels
  let kept = 0
  for (const [i, file] of files.entries()) {
    try {
      const picture = await decode(await readFile(file.path))
      shrink(picture, images.subarray(kept * bytes, (kept + 1) * bytes))
      labels.push(file.label)
      kept++
    } catch (error) {
      broken.push(`${file.path} (${messageOf(error)})`)
    }
    context.progress?.(`pictures of ${path}`, i + 1, files.length)
  }
  const rest = broken.length > named ? `, and ${broken.length - named} more` : ''
  const unread = `could not be read: ${broken.slice(0, named).join(', ')}${rest}`
  if (kept === 0) throw new RingsideError(`None of the ${files.length} pictures in "${path}" ${unread}.`)
  if (broken.length > 0) context.note?.(`${broken.length} of ${files.length} pictures ${unread}`)
  if (passedOver.length > 0)
    context.note?.(
      `passed over, as neither PNG nor JPEG: ${passedOver.slice(0, named).join(', ')}${passedOver.length > named ? `, and ${passedOver.length - named} more` : ''}`,
    )
  const description =
    `${kept.toLocaleString('en')} pictures of "${path}"${classes.length === 0 ? '' : ` in ${classes.length} classes`}, ` +
    `${fit === 'crop' ? 'cropped' : 'stretched'} to ${height} × ${width}`
  context.note?.(description)
  return imagesFrom(
    {
      image,
      images: images.slice(0, kept * bytes),
      description,
      ...(classes.length > 0 && { labels: Uint8Array.from(labels), classes }),
    },
    config,
  )
}

interface PictureFile {
  readonly path: string
  readonly label: number
}

function listPictures(root: string): { files: PictureFile[]; classes: string[]; passedOver: string[] } {
  const passedOver: string[] = []
  const pictures = (folder: string): string[] =>
    entries(folder).flatMap(({ path, isFolder }) => {
      if (isFolder) return pictures(path)
      if (endings.has(extname(path).toLowerCase())) return [path]
      passedOver.push(path)
      return []
    })
  const top = entries(root)
  const loose = top.filter(({ isFolder }) => !isFolder)
  const groups = top
    .filter(({ isFolder }) => isFolder)
    .map(({ name, path }) => ({ name, paths: pictures(path) }))
    .filter(({ paths }) => paths.length > 0)
  const single = loose.filter(({ path }) => endings.has(extname(path).toLowerCase())).map(({ path }) => path)
  passedOver.push(...loose.map(({ path }) => path).filter((path) => !single.includes(path)))
  const labelled = single.length === 0
  return {
    files: [
      ...single.map((path) => ({ path, label: 0 })),
      ...groups.flatMap(({ paths }, label) => paths.map((path) => ({ path, label: labelled ? label : 0 }))),
    ],
    classes: labelled ? groups.map(({ name }) => name) : [],
    passedOver,
  }
}

/** What lies in a folder, by name in the order of their code units, which is the same in all languages. */
function entries(folder: string): { name: string; path: string; isFolder: boolean }[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch (error) {
    throw usageError(`The folder "${folder}" cannot be read: ${messageOf(error)}`, error)
  }
  return names
    .filter((name) => !name.startsWith('.'))
    .sort()
    .map((name) => {
      const path = join(folder, name)
      return { name, path, isFolder: statSync(path, { throwIfNoEntry: false })?.isDirectory() === true }
    })
}

/** Crops, flattens on white, turns to gray where asked, and resizes. */
function shrinker({ height, width, channels, fit }: FolderConfig): (picture: DecodedImage, to: Uint8Array) => void {
  const resizes = new Map<string, Resize>()
  return (picture, to) => {
    const crop = fit === 'crop' ? cropOf(picture, width / height) : { left: 0, top: 0, ...sizeOf(picture) }
    const rgb = new Uint8Array(crop.width * crop.height * 3)
    for (let y = 0, at = 0; y < crop.height; y++)
      for (let x = 0; x < crop.width; x++, at += 3) {
        const from = 4 * ((crop.top + y) * picture.width + crop.left + x)
        const alpha = picture.rgba[from + 3]!
        for (let k = 0; k < 3; k++)
          rgb[at + k] = Math.floor((picture.rgba[from + k]! * alpha + 255 * (255 - alpha) + 127) / 255)
      }
    const gray = channels === 1 ? new Uint8Array(crop.width * crop.height) : rgb
    if (channels === 1) grayscale(rgb, gray)
    const key = `${crop.height} ${crop.width}`
    const resize = resizes.get(key) ?? createResize(crop, { height, width }, 'area', channels)
    resizes.set(key, resize)
    resize(gray, to)
  }
}

function sizeOf({ width, height }: DecodedImage): { readonly width: number; readonly height: number } {
  return { width, height }
}

/** The largest part in the middle with these proportions. */
function cropOf(picture: DecodedImage, ratio: number): { left: number; top: number; width: number; height: number } {
  const width = Math.max(1, Math.min(picture.width, Math.round(picture.height * ratio)))
  const height = Math.max(1, Math.min(picture.height, Math.round(picture.width / ratio)))
  return {
    left: Math.floor((picture.width - width) / 2),
    top: Math.floor((picture.height - height) / 2),
    width,
    height,
  }
}
