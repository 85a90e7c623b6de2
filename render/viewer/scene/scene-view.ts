// Shaders' bindings without `new Function`, which the page's content policy forbids.
import 'pixi.js/unsafe-eval'
import { Container, WebGLRenderer } from 'pixi.js'
import type { Pixels, Scene } from '../../../core/scene.ts'
import { createGlide } from './glide.ts'
import { canGlide } from './interpolate.ts'
import { createLayers, type Layers } from './layers.ts'

const longestQueue = 2

export interface SceneView {
  /** Goes over to another scene in so many milliseconds. */
  show(scene: Scene, milliseconds: number): void
  /** Pictures drawn in the last second. */
  rate(): number
}

/** Draws scenes into an element, as wide as it is, at the screen's rate. Throws where the browser has no WebGL. */
export async function createSceneView(host: HTMLElement, first: () => void): Promise<SceneView> {
  const renderer = new WebGLRenderer()
  await renderer.init({ antialias: true, autoDensity: true, resolution: devicePixelRatio, width: 16, height: 16 })
  const canvas = renderer.canvas as HTMLCanvasElement
  canvas.setAttribute('aria-hidden', 'true')
  host.append(canvas)
  const stage = new Container()
  let layers: Layers | undefined
  const glide = createGlide()
  let settled = false
  let dirty = true
  let size = ''
  let started = false
  /** Pictures that cannot glide and have yet to be shown, one a screen refresh: two may arrive between two of those. */
  const queue: Scene[] = []
  const times: number[] = []

  const fit = (scene: Scene): void => {
    const room = { width: host.clientWidth, height: Math.max(240, innerHeight * 0.62) }
    const scale = Math.min(room.width / scene.width, room.height / scene.height)
    // A picture of pixels alone is drawn as it is, and the browser enlarges it without smoothing: the cheapest, and as crisp.
    const columns = onlyPicture(scene)?.columns
    const resolution = columns === undefined ? devicePixelRatio : columns / (scene.width * scale)
    const wanted = `${scene.width} ${scene.height} ${scale} ${resolution}`
    if (wanted === size || scale <= 0) return
    size = wanted
    renderer.resize(scene.width * scale, scene.height * scale, resolution)
    layers?.clear()
    stage.scale.set(scale)
    layers = createLayers(stage, scale * resolution)
  }
  const draw = (now: number): void => {
    requestAnimationFrame(draw)
    if (queue.length > 0) {
      queue.splice(0, queue.length - longestQueue)
      glide.to(queue.shift()!, now, 0)
      dirty = true
    }
    const scene = dirty || !settled ? glide.at(now) : undefined
    if (scene !== undefined) {
      fit(scene)
      renderer.background.color = scene.background
      layers?.draw(scene.items)
      renderer.render(stage)
      dirty = false
      settled = glide.isOver(now)
      if (!started) first()
      started = true
      times.push(now)
    }
    while (times.length > 0 && times[0]! < now - 1000) times.shift()
  }
  requestAnimationFrame(draw)
  new ResizeObserver(() => (dirty = true)).observe(host)
  addEventListener('resize', () => (dirty = true))

  return {
    show(scene, milliseconds) {
      const now = performance.now()
      const shown = glide.at(now)
      if (milliseconds > 0 && shown !== undefined && !canGlide(shown, scene)) {
        queue.push(scene)
        return
      }
      queue.length = 0
      glide.to(scene, now, milliseconds)
      dirty = true
    },
    rate: () => times.length,
  }
}

/** The pixels that fill a scene, where nothing else is in it. */
function onlyPicture({ items, width, height }: Scene): Pixels | undefined {
  const [item] = items
  if (items.length !== 1 || item?.kind !== 'pixels') return undefined
  return item.x === 0 && item.y === 0 && item.width === width && item.height === height ? item : undefined
}
